/// NumPy's array files: vectors out, reference vectors in.
@NullMarked
package dev.embark.format.npy;

import org.jspecify.annotations.NullMarked;
