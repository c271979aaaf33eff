package dev.embark.target.rknn;

import dev.embark.tensor.Shape;

/// A value of the ONNX graph in the making, whose sizes are all known.
record Wire(String name, Shape shape) {}
