/// ONNX files: `onnx.proto` spelt out field by field, read as mapped memory, written as a stream.
@NullMarked
package dev.embark.format.onnx;

import org.jspecify.annotations.NullMarked;
