package dev.embark.cli;

import dev.embark.cli.doctor.ByteText;
import dev.embark.format.onnx.OnnxGraph;
import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The tensors of a file, told to people and to programs.
record TensorList(List<Row> rows) {
  TensorList {
    rows = rows.stream().sorted(Comparator.comparing(Row::name)).toList();
  }

  /// One tensor as it is stored.
  record Row(String name, ElementType type, Shape shape) {
    long values() {
      return shape.elementCount();
    }

    long bytes() {
      return values() * type.byteSize();
    }
  }

  static TensorList of(Map<String, Tensor> tensors) {
    return new TensorList(
        tensors.entrySet().stream()
            .map(
                entry -> new Row(entry.getKey(), entry.getValue().type(), entry.getValue().shape()))
            .toList());
  }

  static TensorList of(OnnxGraph graph) {
    return new TensorList(
        graph.initializers().stream()
            .map(constant ->
                new Row(constant.name(), constant.content().type(), constant.content().shape()))
            .toList());
  }

  /// Returns for example `103, 22.7 M values; F32: 101, 91 MB; I64: 2, 16 B`.
  String summary() {
    var types =
        rows.stream().collect(Collectors.groupingBy(Row::type, TreeMap::new, Collectors.toList()));
    var text = new StringBuilder();
    text.append(rows.size()).append(", ");
    text.append(count(rows.stream().mapToLong(Row::values).sum())).append(" values");
    types.forEach((type, some) ->
        text.append("; ")
            .append(type)
            .append(": ")
            .append(some.size())
            .append(", ")
            .append(ByteText.of(some.stream().mapToLong(Row::bytes).sum())));
    return text.toString();
  }

  /// Returns a number for people: `764`, `24.6 k`, `22.7 M`, `1.3 G`.
  static String count(long number) {
    if (number < 1000) {
      return Long.toString(number);
    }
    if (number < 999_950) {
      return String.format(Locale.ROOT, "%.1f k", number / 1e3);
    }
    return number < 999_950_000
        ? String.format(Locale.ROOT, "%.1f M", number / 1e6)
        : String.format(Locale.ROOT, "%.1f G", number / 1e9);
  }

  void print(Console console) {
    int width = rows.stream().mapToInt(row -> row.shape().toString().length()).max().orElse(1);
    for (var row : rows) {
      console.line(
          String.format(
              Locale.ROOT, "  %-4s  %-" + width + "s  %s", row.type(), row.shape(), row.name()));
    }
  }

  /// Writes the tensors under `tensors`.
  void writeTo(ObjectNode document) {
    var list = document.putArray("tensors");
    for (var row : rows) {
      var tensor = list.addObject().put("name", row.name()).put("type", row.type().name());
      write(row.shape(), tensor.putArray("shape"));
      tensor.put("bytes", row.bytes());
    }
  }

  /// Writes sizes as numbers and names as texts.
  static void write(Shape shape, ArrayNode target) {
    for (var dim : shape.dims()) {
      switch (dim) {
        case Dim.Fixed(var size) -> target.add(size);
        case Dim.Named(var name) -> target.add(name);
      }
    }
  }
}
