/// Graph to an ONNX file.
@NullMarked
package dev.embark.target.onnx;

import org.jspecify.annotations.NullMarked;
