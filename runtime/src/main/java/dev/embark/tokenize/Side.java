package dev.embark.tokenize;

/// The end of a text that is cut off where it is too long.
public enum Side {
  LEFT,
  RIGHT
}
