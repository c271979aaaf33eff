package dev.embark.checks;

import java.nio.file.Path;

/// A place where a rule is broken, told so that the next edit mends it.
///
/// @param line counted from 1
record Violation(Path file, long line, String message) {
  @Override
  public String toString() {
    return Repository.slashed(file) + ":" + line + ": " + message;
  }
}
