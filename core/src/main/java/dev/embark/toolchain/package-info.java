/// Compilers of others, brought to this machine: asked for by name, pinned by digest.
@NullMarked
package dev.embark.toolchain;

import org.jspecify.annotations.NullMarked;
