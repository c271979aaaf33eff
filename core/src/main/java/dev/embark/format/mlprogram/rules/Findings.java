package dev.embark.format.mlprogram.rules;

import dev.embark.format.mlprogram.rules.Finding.Code;
import dev.embark.format.mlprogram.rules.Finding.Severity;
import java.util.ArrayList;
import java.util.List;

/// Findings so far.
final class Findings {
  private final List<Finding> all = new ArrayList<>();

  List<Finding> all() {
    return List.copyOf(all);
  }

  void add(Finding finding) {
    all.add(finding);
  }

  void defect(Code code, String where, String what) {
    add(new Finding(Severity.DEFECT, code, where, what));
  }

  void warning(Code code, String where, String what) {
    add(new Finding(Severity.WARNING, code, where, what));
  }
}
