package dev.embark.graph;

/// One step of a graph: an operation and the value it computes.
public record Node(Op op, Value output) {}
