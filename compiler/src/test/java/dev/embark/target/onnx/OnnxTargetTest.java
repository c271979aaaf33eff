package dev.embark.target.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.checkpoint.AlteredCheckpoint;
import dev.embark.checkpoint.Checkpoint;
import dev.embark.family.Families;
import dev.embark.format.onnx.OnnxContent;
import dev.embark.format.onnx.OnnxFile;
import dev.embark.format.onnx.OnnxModel;
import dev.embark.format.onnx.OnnxNode;
import dev.embark.format.onnx.OnnxValue;
import dev.embark.graph.Graph;
import dev.embark.graph.Printer;
import dev.embark.pass.PackProjections;
import dev.embark.pass.Pass;
import dev.embark.problem.Problem;
import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.testing.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxTargetTest {
  @TempDir Path temporary;

  /// Builds the graph as a conversion to `flavor` does, and gives it to `use` while its weights can
  /// be read.
  private void with(String fixture, Flavor flavor, Consumer<Graph> use) {
    try (var checkpoint = Checkpoint.open(AlteredCheckpoint.of(fixture, temporary).describe())) {
      List<Pass> passes =
          switch (flavor) {
            case PORTABLE -> List.of();
            case ORT -> List.of(new PackProjections());
          };
      use.accept(Pass.applyAll(Families.build(checkpoint).graph(), passes));
    }
  }

  private OnnxModel model(String fixture, Flavor flavor) {
    var models = new ArrayList<OnnxModel>();
    with(fixture, flavor, graph -> models.add(OnnxTarget.model(graph, flavor)));
    return models.getFirst();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-mean",
        "bert-cls-dense",
        "bert-max-nonorm",
        "bert-cased-meanmax",
        "bert-weightedmean-noprompt"
      })
  void graphIsThatOfTheSnapshot(String fixture) {
    with(
        fixture,
        Flavor.PORTABLE,
        graph -> {
          var text = Printer.print(graph);
          assertThat(text).isEqualTo(Snapshot.expected("graph/" + fixture + ".txt", text));
        });
  }

  @ParameterizedTest
  @CsvSource({
    "bert-mean, PORTABLE", "bert-mean, ORT",
    "bert-cls-dense, PORTABLE", "bert-cls-dense, ORT",
    "bert-max-nonorm, PORTABLE", "bert-max-nonorm, ORT",
    "bert-cased-meanmax, PORTABLE", "bert-cased-meanmax, ORT",
    "bert-weightedmean-noprompt, PORTABLE", "bert-weightedmean-noprompt, ORT"
  })
  void nodesAreThoseOfTheSnapshot(String fixture, Flavor flavor) {
    var text = OnnxText.print(model(fixture, flavor));
    var name = "onnx/" + fixture + "." + flavor.key() + ".txt";
    assertThat(text).isEqualTo(Snapshot.expected(name, text));
  }

  @ParameterizedTest
  @EnumSource
  void sameGraphGivesTheSameBytes(Flavor flavor, @TempDir Path other) {
    with(
        "bert-cls-dense",
        flavor,
        graph -> {
          var first = temporary.resolve("first.onnx");
          var second = other.resolve("second.onnx");
          OnnxTarget.emit(graph, flavor, first);
          OnnxTarget.emit(graph, flavor, second);
          assertThat(first).hasSameBinaryContentAs(second);
        });
  }

  @Test
  void sameCheckpointInAnotherFolderGivesTheSameBytes(@TempDir Path other) {
    var first = temporary.resolve("model.onnx");
    var second = other.resolve("model.onnx");
    with("bert-mean", Flavor.PORTABLE, graph -> OnnxTarget.emit(graph, Flavor.PORTABLE, first));
    try (var checkpoint = Checkpoint.open(AlteredCheckpoint.of("bert-mean", other).describe())) {
      OnnxTarget.emit(Families.build(checkpoint).graph(), Flavor.PORTABLE, second);
    }
    assertThat(first).hasSameBinaryContentAs(second);
  }

  @ParameterizedTest
  @EnumSource
  void inputsAndOutputsAreThoseOfTheContract(Flavor flavor) {
    with(
        "bert-cls-dense",
        flavor,
        graph -> {
          var file = temporary.resolve("model.onnx");
          OnnxTarget.emit(graph, flavor, file);
          try (var arena = Arena.ofConfined()) {
            var model = OnnxFile.read(file, arena);
            var batch = new Dim.Named("batch");
            var sequence = new Dim.Named("sequence");
            var tokens = Shape.of(batch, sequence);
            assertThat(model.irVersion()).isEqualTo(8);
            assertThat(model.graph().inputs())
                .containsExactly(
                    new OnnxValue("input_ids", ElementType.I64, tokens),
                    new OnnxValue("attention_mask", ElementType.I64, tokens),
                    new OnnxValue("token_type_ids", ElementType.I64, tokens));
            assertThat(model.graph().outputs())
                .containsExactly(
                    new OnnxValue(
                        "last_hidden_state",
                        ElementType.F32,
                        Shape.of(batch, sequence, new Dim.Fixed(48))),
                    new OnnxValue(
                        "sentence_embedding", ElementType.F32, Shape.of(batch, new Dim.Fixed(24))));
          }
        });
  }

  @Test
  void portableFileKnowsTheStandardOperatorsOfVersion17Only() {
    for (var fixture : List.of("bert-mean", "bert-cls-dense", "bert-max-nonorm")) {
      var model = model(fixture, Flavor.PORTABLE);
      assertThat(model.opsets()).containsExactly(Map.entry("", 17L));
      assertThat(model.graph().nodes()).extracting(OnnxNode::domain).containsOnly("");
      delete(temporary.resolve("model"));
    }
  }

  private static void delete(Path folder) {
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void ortFileAddsOperatorsOfOnnxRuntime() {
    var model = model("bert-mean", Flavor.ORT);
    assertThat(model.opsets()).containsExactly(Map.entry("", 17L), Map.entry("com.microsoft", 1L));
    assertThat(model.graph().nodes())
        .filteredOn(node -> node.domain().equals("com.microsoft"))
        .extracting(OnnxNode::opType)
        .containsExactly("Attention", "Gelu", "Attention", "Gelu");
  }

  @ParameterizedTest
  @EnumSource
  void everyValueIsDefinedOnceAndBeforeItIsRead(Flavor flavor) {
    var graph = model("bert-cased-meanmax", flavor).graph();
    Set<String> defined = new HashSet<>();
    graph.inputs().forEach(value -> assertThat(defined.add(value.name())).isTrue());
    graph.initializers().forEach(value -> assertThat(defined.add(value.name())).isTrue());
    for (var node : graph.nodes()) {
      assertThat(defined).as(node.name()).containsAll(node.inputs());
      node.outputs().forEach(output -> assertThat(defined.add(output)).as(output).isTrue());
    }
    graph.outputs().forEach(output -> assertThat(defined).contains(output.name()));
  }

  @Test
  void weightsAreStreamedAndNotCopied() {
    assertThat(model("bert-mean", Flavor.PORTABLE).graph().initializers())
        .filteredOn(initializer -> initializer.name().contains("weight"))
        .isNotEmpty()
        .allMatch(initializer -> initializer.content() instanceof OnnxContent.Streamed);
  }

  @Test
  void packedAttentionCannotBeSaidPortably() {
    with(
        "bert-mean",
        Flavor.ORT,
        graph ->
            assertThatThrownBy(() -> OnnxTarget.model(graph, Flavor.PORTABLE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("packed attention is an operator of ONNX Runtime only"));
  }

  @Test
  void existingFileIsNotOverwritten() throws IOException {
    var file = Files.writeString(temporary.resolve("model.onnx"), "mine");
    with(
        "bert-mean",
        Flavor.PORTABLE,
        graph ->
            assertThatThrownBy(() -> OnnxTarget.emit(graph, Flavor.PORTABLE, file))
                .isInstanceOfSatisfying(
                    Problem.class,
                    problem ->
                        assertThat(problem.category()).isEqualTo(Problem.Category.UNWRITABLE)));
    assertThat(file).hasContent("mine");
  }
}
