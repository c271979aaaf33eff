/// Comparing vectors, and repeating a bundle's proof on any machine and backend.
@NullMarked
package dev.embark.verify;

import org.jspecify.annotations.NullMarked;
