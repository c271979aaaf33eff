package dev.embark.backend;

/// How long a backend takes for a text, and with that how much a proof can ask of it.
public enum Pace {
  /// As fast as it is to be used.
  DEVICE,
  /// Plain loops: some ten texts a second of a small model.
  LOOPS,
  /// A simulator of whole operations: seconds for a text of a small model.
  EMULATOR,
  /// A bit-level simulator: a minute for a text of a small model.
  SIMULATOR
}
