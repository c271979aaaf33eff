/// JSON in and out, with limits against hostile input.
@NullMarked
package dev.embark.format.json;

import org.jspecify.annotations.NullMarked;
