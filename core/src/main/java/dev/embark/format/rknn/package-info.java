/// Files for Rockchip's NPUs, read without vendor code.
@NullMarked
package dev.embark.format.rknn;

import org.jspecify.annotations.NullMarked;
