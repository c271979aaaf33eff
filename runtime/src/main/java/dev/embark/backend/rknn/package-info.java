/// Rockchip's NPUs: a board with `librknnrt`, or the simulator of the toolkit.
@NullMarked
package dev.embark.backend.rknn;

import org.jspecify.annotations.NullMarked;
