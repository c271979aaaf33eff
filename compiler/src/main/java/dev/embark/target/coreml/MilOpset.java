package dev.embark.target.coreml;

/// Operation sets of MIL, each with the specification version of the models that may use it and the
/// first system that opens them.
public enum MilOpset {
  COREML6(7, "CoreML6", 16),
  COREML7(8, "CoreML7", 17),
  COREML8(9, "CoreML8", 18);

  private final int specification;
  private final String key;
  private final int system;

  MilOpset(int specification, String key, int system) {
    this.specification = specification;
    this.key = key;
    this.system = system;
  }

  int specification() {
    return specification;
  }

  /// Returns its number, which is one less than the specification version.
  public int number() {
    return specification - 1;
  }

  String key() {
    return key;
  }

  /// Returns the first version of iOS that opens such models; macOS came three before, until 15.
  public int minimumOs() {
    return system;
  }

  /// Returns whether it has all that `other` has.
  public boolean isAtLeast(MilOpset other) {
    return compareTo(other) >= 0;
  }
}
