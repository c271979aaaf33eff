package dev.embark.format.onnx;

/// A constant of the graph, bound to nodes by its name.
public record OnnxInitializer(String name, OnnxContent content) {}
