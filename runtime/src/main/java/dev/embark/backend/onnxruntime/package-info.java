/// ONNX Runtime on the CPU, pinned to 1.28: later builds collect telemetry unless told not to.
@NullMarked
package dev.embark.backend.onnxruntime;

import org.jspecify.annotations.NullMarked;
