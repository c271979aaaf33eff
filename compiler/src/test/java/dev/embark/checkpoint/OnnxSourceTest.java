package dev.embark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.bundle.Pooling;
import dev.embark.family.Families;
import dev.embark.format.onnx.OnnxAttribute;
import dev.embark.format.onnx.OnnxContent;
import dev.embark.format.onnx.OnnxFile;
import dev.embark.format.onnx.OnnxGraph;
import dev.embark.format.onnx.OnnxInitializer;
import dev.embark.format.onnx.OnnxModel;
import dev.embark.format.onnx.OnnxNode;
import dev.embark.format.safetensors.Safetensors;
import dev.embark.graph.Grid;
import dev.embark.graph.Interpreter;
import dev.embark.pass.PackProjections;
import dev.embark.target.onnx.Flavor;
import dev.embark.target.onnx.OnnxTarget;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Weight;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// ONNX files as a source of weights. The exports are written here in the style of PyTorch's
/// exporter: names kept, but the matrix of a linear layer called `onnx::MatMul_<n>` and transposed.
class OnnxSourceTest {
  private static final Instructions TOLD =
      new Instructions(List.of(), List.of(Pooling.MEAN), Instructions.VectorLength.ONE, 64);

  @TempDir Path temporary;

  private AlteredCheckpoint altered;

  @BeforeEach
  void copyFixture() {
    altered = AlteredCheckpoint.of("bert-mean", temporary);
  }

  /// The parameters of an export in the making, and the products in which they are used.
  private static final class Export {
    private final List<OnnxInitializer> initializers = new ArrayList<>();
    private final List<OnnxNode> nodes = new ArrayList<>();

    void parameter(String name, Weight weight) {
      initializers.add(new OnnxInitializer(name, new OnnxContent.Streamed(weight)));
    }

    void node(String opType, String output, String... inputs) {
      nodes.add(
          new OnnxNode(opType, "", "", List.of(inputs), List.of(output), List.<OnnxAttribute>of()));
    }

    /// Adds a linear layer as the exporter writes it.
    void linear(String layer, Weight weight) {
      var matrix = "onnx::MatMul_" + (100 + nodes.size());
      parameter(matrix, weight.transposed());
      node("MatMul", layer + "/MatMul_output_0", "hidden", matrix);
      node("Add", layer + "/Add_output_0", layer + ".bias", layer + "/MatMul_output_0");
    }

    void write(Path file) {
      var graph = new OnnxGraph("main_graph", List.of(), List.of(), nodes, initializers);
      var opsets = new TreeMap<>(Map.of("", 11L));
      OnnxFile.write(new OnnxModel(6, opsets, "pytorch", "2.0.1", new TreeMap<>(), graph), file);
    }
  }

  private static boolean isLinear(String name, Weight weight) {
    return name.endsWith(".weight") && weight.shape().rank() == 2 && !name.contains("embeddings");
  }

  /// Writes the fixture's weights as an export and removes the safetensors file.
  private Map<String, float[]> exportInto(String name) {
    var original = new TreeMap<String, float[]>();
    try (var arena = Arena.ofConfined()) {
      var export = new Export();
      Safetensors.open(altered.root().resolve("model.safetensors"), arena)
          .forEach((tensor, values) -> {
            var weight = new Weight.Stored(values);
            original.put(tensor, weight.toArray());
            if (isLinear(tensor, weight)) {
              export.linear(tensor.substring(0, tensor.length() - ".weight".length()), weight);
            } else {
              export.parameter(tensor, weight);
            }
          });
      export.parameter("one_of_the_exporter", new Weight.Repeated(1, Shape.of(1)));
      export.write(altered.root().resolve(name));
    }
    altered.without("model.safetensors");
    return original;
  }

  private static Map<String, float[]> valuesOf(Checkpoint checkpoint) {
    var values = new TreeMap<String, float[]>();
    var weights = checkpoint.weights();
    for (var name : weights.names()) {
      values.put(name, weights.take(name, weights.shape(name).sizes()).toArray());
    }
    return values;
  }

  private static void assertSameBits(Map<String, float[]> actual, Map<String, float[]> expected) {
    assertThat(actual).containsOnlyKeys(expected.keySet());
    expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
  }

  @Test
  void everyTensorOfAnExportIsRecoveredBitForBit() {
    var original = exportInto("model.onnx");
    try (var checkpoint = altered.open()) {
      assertSameBits(valuesOf(checkpoint), original);
    }
  }

  @Test
  void exportInItsUsualFolderIsFound() {
    altered.with("onnx/README.md", "");
    exportInto("onnx/model.onnx");
    assertThat(altered.build().vocabSize()).isEqualTo(764);
  }

  @Test
  void bareExportIsReadAsItsUserSays() {
    exportInto("bare.onnx");
    altered.without("modules.json");
    var description = Description.read(altered.fetchOnnx("bare.onnx"), TOLD);
    assertThat(description.pipeline().embedding().orElseThrow().isNormalized()).isTrue();
    try (var checkpoint = Checkpoint.open(description)) {
      assertThat(Families.build(checkpoint).layers()).isEqualTo(2);
    }
  }

  @Test
  void bareExportWithoutAWordOnPoolingIsRefused() {
    exportInto("bare.onnx");
    altered.without("modules.json");
    var refusal =
        altered.refusal(() -> Description.read(altered.fetchOnnx("bare.onnx"), Instructions.NONE));
    assertThat(refusal)
        .isEqualTo(
            """
            BAD_INPUT: Nothing says how the token vectors of MODEL/bare.onnx become one vector.
            The file is none of those that Embark knows by their digest, there is no modules.json \
            beside it, and a guess could give wrong vectors.
            Say it: --pooling mean|cls|max|… , --normalize if vectors have length 1, and \
            --max-length N.\
            """);
  }

  @Test
  void matrixWithoutANamedBiasIsRefused() {
    var export = new Export();
    export.parameter("onnx::MatMul_7", new Weight.Repeated(1, Shape.of(4, 4)));
    export.node("MatMul", "product", "hidden", "onnx::MatMul_7");
    export.node("Relu", "result", "product");
    export.write(altered.without("model.safetensors").root().resolve("model.onnx"));
    assertThat(altered.refusal())
        .isEqualTo(
            """
            UNSUPPORTED: MODEL/model.onnx: cannot tell which layer the matrix "onnx::MatMul_7" is of.
            Its product is not followed by the sum with a bias whose name ends in .bias.
            Convert the model from its original repository instead.\
            """);
  }

  @Test
  void twoMatricesWithOneBiasAreRefused() {
    var export = new Export();
    export.parameter("shared.bias", new Weight.Repeated(0, Shape.of(4)));
    export.linear("shared", new Weight.Repeated(1, Shape.of(4, 4)));
    export.linear("shared", new Weight.Repeated(2, Shape.of(4, 4)));
    export.write(altered.without("model.safetensors").root().resolve("model.onnx"));
    assertThat(altered.refusal())
        .isEqualTo(
            """
            UNSUPPORTED: MODEL/model.onnx: cannot tell which layer the matrix "onnx::MatMul_102" is \
            of.
            Another matrix is followed by the same bias.
            Convert the model from its original repository instead.\
            """);
  }

  @Test
  void nodesWithoutOperandsEndInNoOtherException() {
    var export = new Export();
    export.node("MatMul", "product");
    export.node("MatMul", "other", "hidden");
    export.write(altered.without("model.safetensors").root().resolve("model.onnx"));
    assertThat(altered.refusal()).startsWith("BAD_INPUT: model.onnx does not fit its architecture");
  }

  @Test
  void quantisedExportsAreRefusedWithTheCountOfTheirOperators() {
    var export = new Export();
    export.node("DynamicQuantizeLinear", "a", "hidden");
    export.node("MatMulInteger", "b", "a", "weight");
    export.node("MatMulInteger", "c", "a", "weight");
    export.write(altered.without("model.safetensors").root().resolve("model.onnx"));
    assertThat(altered.refusal())
        .isEqualTo(
            """
            UNSUPPORTED: MODEL/model.onnx is quantised: {DynamicQuantizeLinear=1, MatMulInteger=2}.
            What quantisation took away cannot be brought back.
            Convert from the fp32 file or from the original repository.\
            """);
  }

  private void emit(Flavor flavor, Path file) {
    try (var checkpoint = altered.open()) {
      var graph = Families.build(checkpoint).graph();
      switch (flavor) {
        case PORTABLE -> OnnxTarget.emit(graph, flavor, file);
        case ORT -> OnnxTarget.emit(new PackProjections().apply(graph), flavor, file);
      }
    }
  }

  @Test
  void portableFileOfEmbarkIsASource() {
    Map<String, float[]> original;
    try (var checkpoint = altered.open()) {
      original = valuesOf(checkpoint);
    }
    original.keySet().removeIf(name -> name.startsWith("pooler."));
    emit(Flavor.PORTABLE, altered.root().resolve("model.onnx"));
    altered.without("model.safetensors");
    try (var checkpoint = altered.open()) {
      assertSameBits(valuesOf(checkpoint), original);
      var embedding = new Interpreter(Families.build(checkpoint).graph());
      assertThat(embedding.run(oneText(), "sentence_embedding").row(0)).hasSize(32);
    }
  }

  private static Map<String, Grid> oneText() {
    return Map.of(
        "input_ids", Grid.ofIntegers(new long[][] {{2, 17, 3}}),
        "attention_mask", Grid.ofIntegers(new long[][] {{1, 1, 1}}),
        "token_type_ids", Grid.ofIntegers(new long[][] {{0, 0, 0}}));
  }

  @Test
  void fileMadeForOnnxRuntimeIsNoSource() {
    emit(Flavor.ORT, altered.root().resolve("model.onnx"));
    assertThat(altered.without("model.safetensors").refusal())
        .isEqualTo(
            """
            UNSUPPORTED: MODEL/model.onnx is made for one runtime: {Attention=2, Gelu=2}.
            Its fused operators hold the parameters of several layers, rearranged.
            Convert from the fp32 file or from the original repository.\
            """);
  }

  @Test
  void knownFilesHaveAWholeConfiguration() {
    var minilm =
        KnownModel.withDigest("759c3cd2b7fe7e93933ad23c4c9181b7396442a2ed746ec7c1d46192c469c46e");
    assertThat(minilm).hasSize(1);
    assertThat(minilm.getFirst().model()).isEqualTo("sentence-transformers/all-MiniLM-L6-v2");
    assertThat(minilm.getFirst().instructions())
        .isEqualTo(
            new Instructions(List.of(), List.of(Pooling.MEAN), Instructions.VectorLength.ONE, 256));
    var bge =
        KnownModel.withDigest("828e1496d7fabb79cfa4dcd84fa38625c0d3d21da474a00f08db0f559940cf35");
    assertThat(bge.getFirst().instructions())
        .isEqualTo(
            new Instructions(List.of(), List.of(Pooling.CLS), Instructions.VectorLength.ONE, 512));
    assertThat(bge.getFirst().asConfig().size("num_hidden_layers")).isEqualTo(12);
    assertThat(KnownModel.withDigest("")).isEmpty();
  }

  @Test
  void whatTheUserSaysWinsOverWhatIsKnown() {
    var known =
        new Instructions(List.of(), List.of(Pooling.MEAN), Instructions.VectorLength.ONE, 256);
    assertThat(Instructions.NONE.orElse(known)).isEqualTo(known);
    var shorter =
        new Instructions(List.of(), List.of(), Instructions.VectorLength.AS_COMPUTED, 128);
    assertThat(shorter.orElse(known))
        .isEqualTo(
            new Instructions(List.of(), List.of(Pooling.MEAN), Instructions.VectorLength.ONE, 128));
    var other =
        new Instructions(List.of(), List.of(Pooling.CLS), Instructions.VectorLength.AS_COMPUTED, 0);
    assertThat(other.orElse(known))
        .isEqualTo(
            new Instructions(
                List.of(), List.of(Pooling.CLS), Instructions.VectorLength.AS_COMPUTED, 256));
  }
}
