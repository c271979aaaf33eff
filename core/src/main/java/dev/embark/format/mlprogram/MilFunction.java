package dev.embark.format.mlprogram;

import java.util.List;

/// A function of a program.
///
/// @param opset such as `CoreML7`, under which the operations are read
/// @param outputs names of values that leave the function, in order
/// @param operations each after those it reads from
public record MilFunction(
    List<MilPort> inputs, String opset, List<String> outputs, List<MilOperation> operations) {
  public MilFunction {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    operations = List.copyOf(operations);
  }
}
