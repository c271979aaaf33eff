package dev.embark.embed;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// One of the matrices of integers that a model takes, `[batch, sequence]`.
enum ModelInput {
  IDS("input_ids"),
  MASK("attention_mask"),
  /// Which of two texts a token belongs to; models without pairs do without it.
  TYPES("token_type_ids");

  private final String port;

  ModelInput(String port) {
    this.port = port;
  }

  String port() {
    return port;
  }

  /// Returns the inputs with the names given, or nothing where a model with these cannot be run.
  static List<ModelInput> named(Set<String> ports) {
    boolean isKnown = names().containsAll(ports);
    boolean isComplete = ports.containsAll(Set.of(IDS.port, MASK.port));
    return isKnown && isComplete
        ? Arrays.stream(values()).filter(input -> ports.contains(input.port)).toList()
        : List.of();
  }

  /// Returns the names of all inputs, in order.
  static Set<String> names() {
    return Arrays.stream(values())
        .map(ModelInput::port)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /// Fills a row of the matrix.
  ///
  /// @param at index of the row's first element
  void fill(MemorySegment memory, long at, Cells cells) {
    EncodedText text = cells.text();
    int end = cells.start() + text.length();
    for (int position = 0; position < cells.sequence(); position++) {
      boolean isToken = position >= cells.start() && position < end;
      long value = isToken ? value(text, position - cells.start()) : padding(cells);
      memory.setAtIndex(ValueLayout.JAVA_LONG, at + position, value);
    }
  }

  /// What stands in a row.
  ///
  /// @param start position of the text's first token
  /// @param sequence positions of the row
  record Cells(EncodedText text, int start, int sequence, long padId) {}

  private long value(EncodedText text, int position) {
    return switch (this) {
      case IDS -> text.id(position);
      case MASK -> text.mask(position);
      case TYPES -> text.typeId(position);
    };
  }

  private long padding(Cells cells) {
    return switch (this) {
      case IDS -> cells.padId();
      case MASK, TYPES -> 0;
    };
  }
}
