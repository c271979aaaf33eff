/// The facade for Java programs.
@NullMarked
package dev.embark;

import org.jspecify.annotations.NullMarked;
