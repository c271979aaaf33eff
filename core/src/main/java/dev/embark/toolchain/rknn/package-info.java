/// Rockchip's toolkit in a child process.
@NullMarked
package dev.embark.toolchain.rknn;

import org.jspecify.annotations.NullMarked;
