package dev.embark.cli;

import dev.embark.bundle.ProgramVersion;

/// The version of this build, as Maven wrote it into `version.txt`.
final class Version {
  private Version() {}

  /// Returns one line: this version and the JDK it runs on.
  static String line() {
    return "embark " + ProgramVersion.number() + " on JDK " + Runtime.version();
  }
}
