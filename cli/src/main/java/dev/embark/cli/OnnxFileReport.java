package dev.embark.cli;

import dev.embark.checkpoint.Quantization;
import dev.embark.cli.doctor.ByteText;
import dev.embark.format.onnx.OnnxModel;
import dev.embark.format.onnx.OnnxNode;
import dev.embark.format.onnx.OnnxValue;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/// An ONNX file told to people and to programs as it is, whether Embark could convert it or not.
///
/// @param bytes length of the file, external data not counted
record OnnxFileReport(OnnxModel model, long bytes) {
  TensorList tensors() {
    return TensorList.of(model.graph());
  }

  void print(Console console) {
    console.line(
        BundleReport.field("format")
            + "ONNX, IR "
            + model.irVersion()
            + ", opset "
            + model.opsets().entrySet().stream()
                .map(set -> (set.getKey().isEmpty() ? "" : set.getKey() + " ") + set.getValue())
                .collect(Collectors.joining(", "))
            + ", "
            + ByteText.of(bytes)
            + producer());
    print("inputs", inputs(), console);
    print("outputs", model.graph().outputs(), console);
    console.line(BundleReport.field("tensors") + tensors().summary());
    console.line(
        BundleReport.field("operators") + model.graph().nodes().size() + ": " + told(operators()));
    var quantized = Quantization.operators(model);
    console.line(
        BundleReport.field("quantised") + (quantized.isEmpty() ? "no" : "yes: " + told(quantized)));
  }

  private String producer() {
    var name = (model.producerName() + " " + model.producerVersion()).strip();
    return name.isEmpty() ? "" : ", written by " + name;
  }

  /// Old files list their constants among the inputs; nobody feeds those.
  private List<OnnxValue> inputs() {
    var constants =
        model.graph().initializers().stream()
            .map(constant -> constant.name())
            .collect(Collectors.toSet());
    return model.graph().inputs().stream()
        .filter(input -> !constants.contains(input.name()))
        .toList();
  }

  private static void print(String title, List<OnnxValue> values, Console console) {
    var label = title;
    for (var value : values) {
      console.line(
          BundleReport.field(label) + value.name() + " " + value.type() + " " + value.shape());
      label = "";
    }
  }

  private Map<String, Integer> operators() {
    var counts = new TreeMap<String, Integer>();
    for (var node : model.graph().nodes()) {
      counts.merge(name(node), 1, Integer::sum);
    }
    return counts;
  }

  private static String name(OnnxNode node) {
    return node.domain().isEmpty() ? node.opType() : node.domain() + "." + node.opType();
  }

  /// Returns the names with their counts, the most frequent first.
  private static String told(Map<String, Integer> counts) {
    return counts.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  void writeTo(ObjectNode document) {
    document.put("format", "onnx").put("bytes", bytes).put("ir_version", model.irVersion());
    var opsets = document.putObject("opsets");
    model
        .opsets()
        .forEach((domain, version) -> opsets.put(domain.isEmpty() ? "ai.onnx" : domain, version));
    document.put("producer", (model.producerName() + " " + model.producerVersion()).strip());
    write("inputs", inputs(), document);
    write("outputs", model.graph().outputs(), document);
    var operators = document.putObject("operators");
    operators().forEach(operators::put);
    var quantized = document.putObject("quantized");
    Quantization.operators(model).forEach(quantized::put);
    tensors().writeTo(document);
  }

  private static void write(String title, List<OnnxValue> values, ObjectNode document) {
    var list = document.putArray(title);
    for (var value : values) {
      var entry = list.addObject().put("name", value.name()).put("type", value.type().name());
      TensorList.write(value.shape(), entry.putArray("shape"));
    }
  }
}
