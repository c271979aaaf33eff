/// Trunks for Rockchip's NPUs: ONNX in the forms that their compiler knows, and the compiler.
@NullMarked
package dev.embark.target.rknn;

import org.jspecify.annotations.NullMarked;
