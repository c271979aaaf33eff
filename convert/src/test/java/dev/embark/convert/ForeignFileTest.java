package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.Bundle;
import dev.embark.convert.Conversion.Trust;
import dev.embark.format.onnx.OnnxAttribute;
import dev.embark.format.onnx.OnnxFile;
import dev.embark.format.onnx.OnnxGraph;
import dev.embark.format.onnx.OnnxModel;
import dev.embark.format.onnx.OnnxNode;
import dev.embark.format.onnx.OnnxValue;
import dev.embark.problem.Problem;
import dev.embark.progress.Progress;
import dev.embark.tensor.ElementType;
import dev.embark.testing.Fixture;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files as other exporters write them, made of one of ours.
final class ForeignFileTest {
  @TempDir static Path shared;
  @TempDir Path folder;

  @BeforeAll
  static void convert() {
    Trial.of(Fixture.of("bert-mean").folder()).convert(shared.resolve("bundle"), shared);
  }

  private static Bundle bundle() {
    return Bundle.open(shared.resolve("bundle"));
  }

  private static ForeignFile judge(Path file) {
    return ForeignFile.judge(
        file, bundle(), Optional.empty(), OnnxRuntimeBackend.load(shared), Progress.SILENT);
  }

  private interface Change {
    OnnxGraph of(OnnxGraph graph);
  }

  private Path changed(Change change) {
    var file = folder.resolve("foreign.onnx");
    try (var arena = Arena.ofConfined()) {
      var model = OnnxFile.read(shared.resolve("bundle/onnx/model.onnx"), arena);
      var written =
          new OnnxModel(
              model.irVersion(),
              model.opsets(),
              "another",
              "1",
              model.metadata(),
              change.of(model.graph()));
      OnnxFile.write(written, file);
    }
    return file;
  }

  private static OnnxValue named(List<OnnxValue> values, String name) {
    return values.stream().filter(value -> value.name().equals(name)).findFirst().orElseThrow();
  }

  /// Returns a graph that ends in the vectors of tokens.
  private static OnnxGraph ofTokens(OnnxGraph graph) {
    return new OnnxGraph(
        graph.name(),
        graph.inputs(),
        List.of(named(graph.outputs(), "last_hidden_state")),
        graph.nodes(),
        graph.initializers());
  }

  /// Returns a graph that takes 32-bit integers, and position numbers that it does not need.
  private static OnnxGraph ofSmallIntegers(OnnxGraph graph) {
    var inputs = new ArrayList<OnnxValue>();
    var nodes = new ArrayList<OnnxNode>();
    for (var input : graph.inputs()) {
      inputs.add(new OnnxValue(input.name(), ElementType.I32, input.shape()));
      nodes.add(
          new OnnxNode(
              "Cast",
              "",
              "",
              List.of(input.name()),
              List.of(input.name() + ".from_int32"),
              List.of(new OnnxAttribute.Int("to", 7))));
    }
    inputs.add(new OnnxValue("position_ids", ElementType.I64, inputs.getFirst().shape()));
    var names = graph.inputs().stream().map(OnnxValue::name).toList();
    for (var node : graph.nodes()) {
      var read =
          node.inputs().stream()
              .map(name -> names.contains(name) ? name + ".from_int32" : name)
              .toList();
      nodes.add(
          new OnnxNode(
              node.opType(),
              node.domain(),
              node.name(),
              own(read),
              own(node.outputs()),
              node.attributes()));
    }
    return new OnnxGraph(graph.name(), inputs, graph.outputs(), nodes, graph.initializers());
  }

  private static List<String> own(List<String> names) {
    return names.stream()
        .map(name -> name.equals("position_ids") ? "own_position_ids" : name)
        .toList();
  }

  @Test
  void vectorsOfTokensArePooledAsTheModelAsks() {
    var judged = judge(changed(ForeignFileTest::ofTokens));

    assertThat(judged.report().failures()).isEmpty();
    assertThat(judged.precision()).isEqualTo(Precision.FP32);
    assertThat(judged.notes()).singleElement().asString().contains("ends in last_hidden_state");
  }

  @Test
  void smallIntegersAndPositionsAreGiven() {
    var judged = judge(changed(graph -> ofSmallIntegers(ofTokens(graph))));

    assertThat(judged.report().failures()).isEmpty();
  }

  @Test
  void anotherModelFails() {
    var other =
        Trial.of(Fixture.of("bert-plain").folder())
            .with(Trust.UNVERIFIED)
            .convert(folder.resolve("other"), shared);

    var judged = judge(other.file("onnx/model.onnx"));

    assertThat(judged.report().isPass()).isFalse();
    assertThat(judged.report().failures()).anyMatch(line -> line.contains("largest difference"));
  }

  @Test
  void aQuantisedFileIsHeldAgainstTheLimitsOfItsPrecision() {
    var quantized =
        Trial.of(Fixture.of("bert-mean").folder())
            .with(Recipe.of(Precision.INT8, Precision.INT8.usualFlavor()))
            .with(Trust.UNVERIFIED)
            .convert(folder.resolve("quantized"), shared);

    var judged = judge(quantized.file("onnx/model.onnx"));

    assertThat(judged.precision()).isEqualTo(Precision.INT8);
    assertThat(judged.quantized()).containsKey("MatMulIntegerToFloat");
  }

  @Test
  void aFileWithoutVectorsIsRefused() {
    var file =
        changed(graph ->
            new OnnxGraph(
                graph.name(),
                graph.inputs(),
                List.of(named(graph.inputs(), "input_ids")),
                List.of(
                    new OnnxNode(
                        "Identity", "", "", List.of("input_ids"), List.of("same"), List.of())),
                List.of()));

    assertThatThrownBy(() -> judge(file)).isInstanceOf(Problem.class);
  }

  @Test
  void aBundleWithoutProofProvesNothing() {
    var unproven =
        Trial.of(Fixture.of("bert-mean").folder())
            .with(Trust.UNVERIFIED)
            .convert(folder.resolve("unproven"), shared);

    assertThatThrownBy(() ->
            ForeignFile.judge(
                unproven.file("onnx/model.onnx"),
                unproven,
                Optional.empty(),
                OnnxRuntimeBackend.load(shared),
                Progress.SILENT))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("has no proof");
  }
}
