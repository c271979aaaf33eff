package dev.embark.format.mlprogram.rules;

import dev.embark.format.mlprogram.rules.Finding.Code;
import dev.embark.format.mlprogram.rules.Finding.Severity;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;

/// Ends the check of one operation, of which nothing more can be said: a `Problem` that says what
/// and, as its reason, the rule. It becomes a finding before it leaves this package.
final class Refused {
  private Refused() {}

  static Problem defect(Code code, String what) {
    return new Problem(Category.BAD_INPUT, what, code.name(), "");
  }

  static Problem unjudged(String what) {
    return new Problem(Category.UNSUPPORTED, what, Code.OPERATION.name(), "");
  }

  static Finding finding(Problem refusal, String where) {
    var severity = refusal.category() == Category.UNSUPPORTED ? Severity.UNJUDGED : Severity.DEFECT;
    return new Finding(severity, Code.valueOf(refusal.why()), where, refusal.what());
  }
}
