/// Models that are a table of vectors, one a token: pure Java, no native code.
@NullMarked
package dev.embark.backend.table;

import org.jspecify.annotations.NullMarked;
