package dev.embark.format.mlprogram.rules;

/// What a package has against it.
///
/// @param where the function, operation or feature
/// @param what is wrong, as part of a sentence
public record Finding(Severity severity, Code code, String where, String what) {
  /// What follows from it.
  public enum Severity {
    /// Apple's loader or a device refuses the package, or computes no numbers with it.
    DEFECT,
    /// It opens, but is not what a careful writer writes.
    WARNING,
    /// Embark has no rule for it: whether it is right stays open.
    UNJUDGED
  }

  /// What the rule is about.
  public enum Code {
    VERSION,
    OPSET,
    FUNCTION,
    IDENTIFIER,
    ORDER,
    OPERATION,
    PARAMETER,
    CONSTANCY,
    TYPE,
    SHAPE,
    VALUE,
    NUMBER,
    INTERFACE,
    STATE,
    UNUSED
  }

  @Override
  public String toString() {
    return where + ": " + what;
  }
}
