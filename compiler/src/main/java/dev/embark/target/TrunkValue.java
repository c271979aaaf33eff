package dev.embark.target;

import dev.embark.tensor.Shape;

/// A value of a trunk in the making, whose sizes are all known.
///
/// @param name by which the compiler's text refers to it
public record TrunkValue(String name, Shape shape) {}
