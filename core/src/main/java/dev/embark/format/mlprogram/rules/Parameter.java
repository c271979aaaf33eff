package dev.embark.format.mlprogram.rules;

import dev.embark.format.mlprogram.MilType;
import java.util.Set;

/// A parameter of an operation.
///
/// @param since number of the first operation set that has it; from there on it has to be stated
record Parameter(String name, Set<MilType> types, Form form, int since) {
  static final Set<MilType> REALS = Set.of(MilType.FLOAT16, MilType.FLOAT32);
  static final Set<MilType> NUMBERS = Set.of(MilType.FLOAT16, MilType.FLOAT32, MilType.INT32);
  static final Set<MilType> CASTABLE =
      Set.of(
          MilType.FLOAT16,
          MilType.FLOAT32,
          MilType.INT32,
          MilType.BOOL,
          MilType.INT8,
          MilType.UINT8,
          MilType.INT16,
          MilType.UINT16);
  private static final Set<MilType> INDICES =
      Set.of(MilType.INT32, MilType.INT16, MilType.UINT16, MilType.INT8, MilType.UINT8);

  /// What may be bound to it.
  enum Form {
    VALUE,
    /// A value that may lack.
    OPTIONAL,
    /// One or more values.
    VALUES,
    CONSTANT,
    /// A constant of rank 0.
    SCALAR,
    /// A constant of rank 1.
    VECTOR,
    STATE
  }

  static Parameter value(String name, Set<MilType> types) {
    return new Parameter(name, types, Form.VALUE, 0);
  }

  static Parameter values(String name, Set<MilType> types) {
    return new Parameter(name, types, Form.VALUES, 0);
  }

  static Parameter indices(String name) {
    return value(name, INDICES);
  }

  static Parameter weight(String name) {
    return new Parameter(name, REALS, Form.CONSTANT, 0);
  }

  static Parameter real(String name) {
    return new Parameter(name, REALS, Form.SCALAR, 0);
  }

  static Parameter integer(String name) {
    return new Parameter(name, Set.of(MilType.INT32), Form.SCALAR, 0);
  }

  static Parameter integers(String name) {
    return new Parameter(name, Set.of(MilType.INT32), Form.VECTOR, 0);
  }

  static Parameter truth(String name) {
    return new Parameter(name, Set.of(MilType.BOOL), Form.SCALAR, 0);
  }

  static Parameter word(String name) {
    return new Parameter(name, Set.of(MilType.STRING), Form.SCALAR, 0);
  }

  static Parameter state(String name) {
    return new Parameter(name, CASTABLE, Form.STATE, 0);
  }

  Parameter from(int opset) {
    return new Parameter(name, types, form, opset);
  }
}
