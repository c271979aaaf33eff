package dev.embark.embed;

/// A document in its place.
///
/// @param index of the document among those given, counted from 0
/// @param value by which it was ranked
public record Ranked(int index, float value, Score score) {}
