package dev.embark.target.coreml;

import dev.embark.format.mlprogram.rules.Identifiers;
import java.util.HashSet;
import java.util.Set;

/// Names of values in one function: letters, digits and `_`, no two alike, no word of the language.
final class Names {
  private final Set<String> taken = new HashSet<>();

  /// Returns a name like `wanted` that nothing has yet.
  String of(String wanted) {
    var plain = wanted.replaceAll("[^A-Za-z0-9_]", "_");
    boolean needsLetter = plain.isEmpty() || Character.isDigit(plain.charAt(0));
    var legal = needsLetter || Identifiers.isReserved(plain) ? "v_" + plain : plain;
    var name = legal;
    for (int i = 2; !taken.add(name); i++) {
      name = legal + "_" + i;
    }
    return name;
  }
}
