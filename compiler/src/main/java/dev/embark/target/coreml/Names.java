package dev.embark.target.coreml;

import java.util.HashSet;
import java.util.Set;

/// Names of values in one function: letters, digits and `_`, no two alike, no word of the language.
final class Names {
  private static final Set<String> RESERVED =
      Set.of(
          "any", "bool", "program", "func", "tensor", "list", "dict", "tuple", "true", "false",
          "string", "bf16", "fp16", "fp32", "fp64", "int4", "int8", "int16", "int32", "int64",
          "uint1", "uint2", "uint3", "uint4", "uint6", "uint8", "uint16", "uint32", "uint64",
          "state");

  private final Set<String> taken = new HashSet<>();

  /// Returns a name like `wanted` that nothing has yet.
  String of(String wanted) {
    var plain = wanted.replaceAll("[^A-Za-z0-9_]", "_");
    boolean needsLetter = plain.isEmpty() || Character.isDigit(plain.charAt(0));
    var legal = needsLetter || RESERVED.contains(plain) ? "v_" + plain : plain;
    var name = legal;
    for (int i = 2; !taken.add(name); i++) {
      name = legal + "_" + i;
    }
    return name;
  }
}
