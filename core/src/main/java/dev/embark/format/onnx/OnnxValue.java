package dev.embark.format.onnx;

import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;

/// An input or output of a graph; its named dimensions are those of ONNX's `dim_param`.
public record OnnxValue(String name, ElementType type, Shape shape) {}
