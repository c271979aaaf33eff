package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.embark.backend.Backend;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.backend.table.TableBackend;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.Output;
import dev.embark.checkpoint.Description;
import dev.embark.checkpoint.Instructions;
import dev.embark.checkpoint.Instructions.VectorLength;
import dev.embark.convert.Conversion.Trust;
import dev.embark.embed.EmbedRequest;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Embedder;
import dev.embark.embed.Engine;
import dev.embark.embed.Input;
import dev.embark.embed.Kind;
import dev.embark.embed.ModelFiles;
import dev.embark.embed.Prompt;
import dev.embark.embed.RerankRequest;
import dev.embark.embed.Reranker;
import dev.embark.embed.Role;
import dev.embark.embed.TextPair;
import dev.embark.progress.Progress;
import dev.embark.target.onnx.Flavor;
import dev.embark.testing.Fixture;
import dev.embark.tokenize.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Every checkpoint under `testdata`, the whole way: converted, proven, opened, and asked texts,
/// all at once and one by one. What comes out is what the original implementation says.
class EveryFixtureTest {
  private static final float VECTORS = 2e-5f;
  private static final float LOGITS = 1e-4f;

  /// The original dropped the second text, which is empty, in the call that gave its ids and
  /// logits; its scores come from another call.
  private static final int PAIR_WITHOUT_SECOND = 3;

  /// Models whose positions count from the padded beginning, so that padding on the left is another
  /// text: the originals do not agree with themselves there.
  private static final Set<String> ABSOLUTE =
      Set.of("albert-mean", "distilbert-mean", "electra-mean");

  @TempDir static Path cache;
  @TempDir Path folder;

  @Test
  void everyFolderOfTestdataIsAsked() throws IOException {
    var asked =
        Arrays.stream(EveryFixtureTest.class.getDeclaredMethods())
            .filter(method -> method.isAnnotationPresent(ValueSource.class))
            .flatMap(method -> Arrays.stream(method.getAnnotation(ValueSource.class).strings()))
            .collect(Collectors.toSet());

    try (var folders = Files.list(Fixture.testdata().resolve("checkpoint"))) {
      assertThat(folders.map(found -> found.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(asked);
    }
  }

  private Engine open(String name, Instructions instructions, Flavor flavor) {
    var fetched = Fixtures.fetch(Fixture.of(name).folder());
    var order =
        new Conversion.Order(
            name,
            "",
            Description.read(fetched, instructions),
            List.of(Recipe.onnx(flavor)),
            Quantizing.usual(),
            flavor == Flavor.PORTABLE ? Trust.VERIFIED : Trust.UNVERIFIED,
            List.of(),
            folder.resolve("bundle"));
    var machine = new Conversion.Machine(() -> OnnxRuntimeBackend.load(cache), cache);
    var bundle = new Conversion(order, machine, Progress.SILENT).run();
    return Engine.open(ModelFiles.of(bundle), backend(bundle), EmbedSettings.defaults());
  }

  private static Backend backend(Bundle bundle) {
    var name = bundle.manifest().preferred().chain().stages().getFirst().backend();
    return name.equals(TableBackend.NAME) ? new TableBackend() : OnnxRuntimeBackend.load(cache);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "albert-mean",
        "bert-cased-meanmax",
        "bert-cls-dense",
        "bert-max-nonorm",
        "bert-mean",
        "bert-mean-legacykeys",
        "bert-mean-oldstyle",
        "bert-mean-oldstyle-bin",
        "bert-plain",
        "bert-weightedmean-noprompt",
        "bge-m3-like",
        "deberta-v2-mean",
        "distilbert-mean",
        "electra-mean",
        "gemma3-bidir-mean-dense2-bf16",
        "gte-cls-fp16",
        "llama3-mean-bf16",
        "llama3-mean-oldstyle",
        "mistral-lasttoken",
        "modernbert-cls",
        "mpnet-mean",
        "nomicbert-hublayout",
        "nomicbert-mean",
        "qwen2-lasttoken-bf16",
        "qwen3-lasttoken-bf16-sharded",
        "qwen3-lasttoken-oldstyle",
        "roberta-mean",
        "static-embedding-model2vec",
        "static-embedding-st",
        "t5-encoder-mean-dense",
        "xlmroberta-mean-fp16"
      })
  void embeddingsAreThoseOfTheOriginal(String name) {
    var fixture = Fixture.of(name);
    try (var engine = open(name, limits(name), Flavor.PORTABLE)) {
      var embedder = new Embedder(engine);
      var answers = fixture.answers();
      assertAnswers(embedder, answers, new Prompt.Default());
      for (var prompted : fixture.prompted()) {
        assertAnswers(embedder, prompted, new Prompt.Named(prompted.prompt()));
      }
      if (!name.startsWith("bert") && !ABSOLUTE.contains(name)) {
        assertLeftPaddingChangesNothing(engine, answers);
      }
    }
  }

  /// The golden of model2vec was computed without the limit of 512 tokens that its `encode` has.
  private static Instructions limits(String name) {
    return name.equals("static-embedding-model2vec")
        ? new Instructions(List.of(), List.of(), VectorLength.AS_COMPUTED, 4096)
        : Instructions.NONE;
  }

  private static void assertAnswers(Embedder embedder, Fixture.Answers answers, Prompt prompt) {
    var together = embedder.embed(answers.texts(), prompt);
    for (int i = 0; i < answers.texts().size(); i++) {
      var text = answers.texts().get(i);
      var about = "text " + i + " under " + prompt;
      assertThat(longs(embedder.encode(text, prompt).toIds()))
          .as(about)
          .isEqualTo(answers.ids()[i]);
      var expected = answers.embeddings()[i];
      var alone = embedder.embed(text, prompt).vector();
      assertThat(Fixtures.difference(alone, expected)).as(about).isLessThan(VECTORS);
      assertThat(Fixtures.difference(together.get(i).vector(), expected))
          .as(about)
          .isLessThan(VECTORS);
    }
  }

  private static void assertLeftPaddingChangesNothing(Engine engine, Fixture.Answers answers) {
    var output = engine.pipeline().embedding().orElseThrow();
    List<Input> inputs =
        answers.texts().subList(0, 6).stream()
            .map(text -> Input.of(text, new Prompt.Default()))
            .toList();
    int longest =
        inputs.stream().mapToInt(input -> engine.encode(input, output).length()).max().orElse(1);
    var padded = engine.valuesTogether(inputs, output, Math.max(1, longest), Side.LEFT);
    for (int i = 0; i < padded.size(); i++) {
      assertThat(Fixtures.difference(padded.get(i), answers.embeddings()[i]))
          .as("text %d padded on the left", i)
          .isLessThan(VECTORS);
    }
  }

  private static long[] longs(int[] values) {
    return Arrays.stream(values).asLongStream().toArray();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nli-bert-3labels",
        "reranker-bert",
        "reranker-bert-identity",
        "reranker-deberta-v2",
        "reranker-distilbert",
        "reranker-electra",
        "reranker-gte-fp16",
        "reranker-modernbert",
        "reranker-modernbert-cls",
        "reranker-qwen3-logitscore",
        "reranker-qwen3-seqcls",
        "reranker-qwen3-yesno",
        "reranker-roberta",
        "reranker-xlmroberta"
      })
  void scoresAreThoseOfTheOriginal(String name) {
    var golden = Fixture.of(name).golden();
    try (var engine = open(name, Fixtures.instructions(name), Flavor.PORTABLE)) {
      var reranker = new Reranker(engine);
      var pairs = new ArrayList<TextPair>();
      for (var pair : golden.path("pairs")) {
        pairs.add(new TextPair(pair.path(0).asString(), pair.path(1).asString()));
      }
      var together = reranker.score(pairs, RerankRequest.usual());
      for (int i = 0; i < pairs.size(); i++) {
        var about = name + " pair " + i;
        var alone = reranker.score(pairs.get(i), RerankRequest.usual());
        assertScores(alone.values(), golden.path("scores").path(i), about);
        assertScores(together.get(i).values(), golden.path("scores").path(i), about);
        if (i != PAIR_WITHOUT_SECOND || golden.path("kind").asString().startsWith("causal")) {
          var ids = reranker.encode(pairs.get(i), RerankRequest.usual()).getFirst().toIds();
          assertThat(longs(ids))
              .as(about)
              .isEqualTo(
                  golden
                      .path("input_ids")
                      .path(i)
                      .valueStream()
                      .mapToLong(JsonNode::asLong)
                      .toArray());
        }
      }
    }
  }

  private static void assertScores(float[] actual, JsonNode expected, String about) {
    if (expected.isNumber()) {
      assertThat(actual[0]).as(about).isCloseTo((float) expected.asDouble(), offset(LOGITS));
      return;
    }
    for (int label = 0; label < expected.size(); label++) {
      assertThat(actual[label])
          .as(about)
          .isCloseTo((float) expected.path(label).asDouble(), offset(LOGITS));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"splade-bert", "splade-bert-oldstyle"})
  void sparseVectorsAreThoseOfTheOriginal(String name) {
    var golden = Fixture.of(name).golden();
    try (var engine = open(name, Instructions.NONE, Flavor.PORTABLE)) {
      var embedder = new Embedder(engine);
      var request = EmbedRequest.usual().withKinds(Kind.SPARSE);
      for (int i = 0; i < golden.path("texts").size(); i++) {
        var sparse = embedder.embed(golden.path("texts").path(i).asString(), request).sparse();
        assertSparse(sparse.ids(), sparse.weights(), golden.path("sparse").path(i), "text " + i);
      }
    }
  }

  private static void assertSparse(int[] ids, float[] weights, JsonNode expected, String about) {
    var seen = new ArrayList<String>();
    for (int i = 0; i < ids.length; i++) {
      var id = Integer.toString(ids[i]);
      seen.add(id);
      assertThat(weights[i])
          .as(about + " id " + id)
          .isCloseTo((float) expected.path(id).asDouble(0), offset(VECTORS));
    }
    for (var id : expected.propertyNames()) {
      assertThat(seen.contains(id) || expected.path(id).asDouble() < VECTORS).as(about).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bge-m3-like"})
  void bgeM3GivesItsThreeResultsInOnePass(String name) {
    var fixture = Fixture.of(name);
    try (var engine = open(name, Instructions.NONE, Flavor.ORT)) {
      var embedder = new Embedder(engine);
      var request = EmbedRequest.usual().withKinds(Kind.DENSE, Kind.SPARSE, Kind.MULTI_VECTOR);
      var answers = fixture.answers();
      for (int i = 0; i < answers.texts().size(); i++) {
        var result = embedder.embed(answers.texts().get(i), request);
        assertThat(Fixtures.difference(result.vector(), answers.embeddings()[i]))
            .isLessThan(VECTORS);
        var lexical = fixture.golden().path("lexical_weights").path(i);
        assertSparse(result.sparse().ids(), result.sparse().weights(), lexical, "text " + i);
        var rows = fixture.golden().path("colbert_vecs").path(Integer.toString(i));
        if (!rows.isMissingNode()) {
          assertRows(result.tokenVectors(), rows, "text " + i);
        }
      }
    }
  }

  private static void assertRows(float[][] actual, JsonNode expected, String about) {
    assertThat(actual).as(about).hasNumberOfRows(expected.size());
    for (int row = 0; row < actual.length; row++) {
      for (int k = 0; k < actual[row].length; k++) {
        assertThat(actual[row][k])
            .as(about + " row " + row)
            .isCloseTo((float) expected.path(row).path(k).asDouble(), offset(VECTORS));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"colbert-bert", "colbert-bert-pylate", "colbert-bert-stanford"})
  void vectorsOfTokensAreThoseOfTheOriginal(String name) {
    var golden = Fixture.of(name).golden();
    try (var engine = open(name, Instructions.NONE, Flavor.PORTABLE)) {
      var embedder = new Embedder(engine);
      for (var role : List.of(Role.QUERY, Role.DOCUMENT)) {
        var expected = golden.path(role == Role.QUERY ? "query" : "document");
        var request = EmbedRequest.as(role).withKinds(Kind.MULTI_VECTOR);
        for (int i = 0; i < golden.path("texts").size(); i++) {
          var vectors =
              embedder.embed(golden.path("texts").path(i).asString(), request).tokenVectors();
          var about = name + " " + role + " " + i;
          assertThat(vectors).as(about).hasNumberOfRows(expected.path("rows").path(i).asInt());
          var rows = expected.path("vectors").path(Integer.toString(i));
          if (!rows.isMissingNode()) {
            assertRows(vectors, rows, about);
          }
        }
      }
      assertMaxSim(new Reranker(engine), golden);
    }
  }

  private static void assertMaxSim(Reranker reranker, JsonNode golden) {
    for (int q = 0; q < golden.path("maxsim").size(); q++) {
      for (int d = 0; d < golden.path("maxsim").path(q).size(); d++) {
        var pair =
            new TextPair(
                golden.path("texts").path(q).asString(), golden.path("texts").path(d).asString());
        assertThat(reranker.score(pair, RerankRequest.usual()).values()[0])
            .as("query %d document %d", q, d)
            .isCloseTo(
                (float) golden.path("maxsim").path(q).path(d).asDouble(), offset(24 * VECTORS));
      }
    }
  }

  /// The flavour for ONNX Runtime, for those with something of their own in it.
  @ParameterizedTest
  @ValueSource(strings = {"xlmroberta-mean-fp16", "modernbert-cls", "qwen3-lasttoken-bf16-sharded"})
  void otherFlavourAnswersAlike(String name) {
    try (var engine = open(name, Instructions.NONE, Flavor.ORT)) {
      assertThat(engine.pipeline().outputs().getFirst()).isInstanceOf(Output.Embedding.class);
      assertAnswers(new Embedder(engine), Fixture.of(name).answers(), new Prompt.Default());
    }
  }
}
