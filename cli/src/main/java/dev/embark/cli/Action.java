package dev.embark.cli;

/// What a command does once its words are read; every command of the command line is one.
@FunctionalInterface
interface Action {
  /// Does the work and returns what `--json` prints; throws a `Problem` where it cannot.
  Answer run(Console console);
}
