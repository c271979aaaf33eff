package dev.embark.format.mlprogram.rules;

import dev.embark.format.mlprogram.rules.Finding.Code;
import dev.embark.format.mlprogram.rules.Finding.Severity;

/// Ends the check of one operation, of which nothing more can be said; never leaves this package.
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Severity severity;
  private final Code code;
  private final String what;

  private Refused(Severity severity, Code code, String what) {
    super(what, null, false, false);
    this.severity = severity;
    this.code = code;
    this.what = what;
  }

  static Refused defect(Code code, String what) {
    return new Refused(Severity.DEFECT, code, what);
  }

  static Refused unjudged(String what) {
    return new Refused(Severity.UNJUDGED, Code.OPERATION, what);
  }

  Finding at(String where) {
    return new Finding(severity, code, where, what);
  }
}
