/// SOPHON's devices, through the vendor's runtime library.
@NullMarked
package dev.embark.backend.sophon;

import org.jspecify.annotations.NullMarked;
