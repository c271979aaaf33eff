package dev.embark.cli.doctor;

/// What a check saw.
///
/// @param topic what was looked at, in one or two words
/// @param found the value that is there, or what is wrong with it
/// @param remedy how to get what is missing, in full sentences; empty where nothing is
public record Finding(String topic, Status status, Need need, String found, String remedy) {
  /// Whether it is there.
  public enum Status {
    OK,
    MISSING
  }

  /// Whether Embark works without it.
  public enum Need {
    REQUIRED,
    OPTIONAL
  }

  static Finding ok(String topic, String found) {
    return new Finding(topic, Status.OK, Need.REQUIRED, found, "");
  }

  static Finding missing(String topic, Need need, String found, String remedy) {
    return new Finding(topic, Status.MISSING, need, found, remedy);
  }

  /// Returns whether Embark cannot work on this machine because of it.
  public boolean preventsWork() {
    return status == Status.MISSING && need == Need.REQUIRED;
  }
}
