package dev.embark.format.mlprogram.rules;

import dev.embark.format.mlprogram.rules.Finding.Code;
import java.util.Set;
import java.util.regex.Pattern;

/// Names that the language of programs takes for values and functions.
public final class Identifiers {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_@]*");

  private static final Set<String> RESERVED =
      Set.of(
          "any", "bool", "program", "func", "tensor", "list", "dict", "tuple", "true", "false",
          "string", "bf16", "fp16", "fp32", "fp64", "int4", "int8", "int16", "int32", "int64",
          "uint1", "uint2", "uint3", "uint4", "uint6", "uint8", "uint16", "uint32", "uint64",
          "state");

  private Identifiers() {}

  /// Returns whether the language has a meaning of its own for a word.
  public static boolean isReserved(String name) {
    return RESERVED.contains(name);
  }

  static void check(String name, String where, Findings findings) {
    if (!NAME.matcher(name).matches()) {
      findings.defect(
          Code.IDENTIFIER,
          where,
          "\"" + name + "\" is no name of letters, digits and _ that does not begin with a digit");
    } else if (isReserved(name)) {
      findings.defect(Code.IDENTIFIER, where, "\"" + name + "\" is a word of the language");
    }
  }
}
