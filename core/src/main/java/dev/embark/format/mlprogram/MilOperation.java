package dev.embark.format.mlprogram;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// One step of a program.
///
/// @param type name of the operation, such as `linear`; `const` for a constant
/// @param inputs by parameter; several bindings where the parameter takes a list
/// @param attributes `name` of every operation, `val` of a constant, operands of `constexpr_…`
public record MilOperation(
    String type,
    Map<String, List<Binding>> inputs,
    List<MilPort> outputs,
    Map<String, MilValue> attributes) {
  public MilOperation {
    var sorted = new TreeMap<String, List<Binding>>();
    inputs.forEach((parameter, bindings) -> sorted.put(parameter, List.copyOf(bindings)));
    // Sorted, so that the same program is the same bytes.
    inputs = Collections.unmodifiableMap(sorted);
    outputs = List.copyOf(outputs);
    attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
  }

  /// What a parameter is given.
  public sealed interface Binding {
    /// A value that was made before.
    record Name(String name) implements Binding {}

    /// A constant in place; only operands of `constexpr_…` may be.
    record Inline(MilValue value) implements Binding {}
  }
}
