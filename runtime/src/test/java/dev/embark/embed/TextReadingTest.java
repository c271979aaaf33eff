package dev.embark.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.Pipeline;
import dev.embark.bundle.Pipeline.Letters;
import dev.embark.bundle.Reading;
import dev.embark.bundle.Reading.Specials;
import dev.embark.bundle.Reading.Unknowns;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ArrayNode;

/// Prompts, roles, limits, and what is left out before the model sees a text.
final class TextReadingTest {
  private static final EmbedRequest PLAIN = EmbedRequest.under(new Prompt.None());
  private static final String LONG = "first " + "the orchestra tuned ".repeat(40) + "last";

  @TempDir static Path cache;
  @TempDir Path folder;
  private TinyEngine tiny;

  @BeforeEach
  void writeModel() {
    tiny = new TinyEngine(folder.resolve("bundle"), cache);
  }

  @AfterEach
  void removeModel() {
    tiny.close();
  }

  private Embedder open(Pipeline pipeline) {
    return new Embedder(tiny.open(pipeline));
  }

  private static Pipeline reading(int maxTokens, int charsMax, Unknowns unknowns) {
    var pipeline = TinyBundle.pipeline();
    return new Pipeline(
        new Reading(maxTokens, charsMax, Letters.AS_WRITTEN, Specials.LEFT_OUT, unknowns),
        pipeline.prompts(),
        "",
        pipeline.outputs(),
        List.of());
  }

  private static Pipeline prompts(Map<String, String> prompts, String defaultPrompt) {
    var pipeline = TinyBundle.pipeline();
    return new Pipeline(pipeline.reading(), prompts, defaultPrompt, pipeline.outputs(), List.of());
  }

  @Test
  void roleChoosesThePromptUnlessOneIsNamed() {
    var prompts = Map.of("query", "q: ", "passage", "p: ", "corpus", "c: ", "usual", "u: ");
    try (var embedder = open(prompts(prompts, "usual"))) {
      assertThat(embedder.exactText("x", EmbedRequest.usual())).isEqualTo("u: x");
      assertThat(embedder.exactText("x", EmbedRequest.as(Role.QUERY))).isEqualTo("q: x");
      assertThat(embedder.exactText("x", EmbedRequest.as(Role.DOCUMENT))).isEqualTo("p: x");
      var query = EmbedRequest.as(Role.QUERY);
      assertThat(embedder.exactText("x", query.withPrompt(new Prompt.None()))).isEqualTo("x");
      assertThat(embedder.exactText("x", query.withPrompt(new Prompt.Named("corpus"))))
          .isEqualTo("c: x");
      assertThat(embedder.exactText("x", query.withPrompt(new Prompt.Literal("l: "))))
          .isEqualTo("l: x");
      assertThat(embedder.encode("x", query).toIds()).isEqualTo(tiny.ids("q: x"));
    }
    try (var embedder = open(prompts(Map.of("usual", "u: "), "usual"))) {
      assertThat(embedder.exactText("x", EmbedRequest.as(Role.QUERY))).isEqualTo("u: x");
      assertThat(embedder.exactText("x", EmbedRequest.as(Role.DOCUMENT))).isEqualTo("u: x");
    }
  }

  @Test
  void adviceIsGivenWhereAPromptForARoleWentUnused() {
    try (var embedder = open(prompts(Map.of("query", "q: ", "document", ""), ""))) {
      assertThat(embedder.advice(EmbedRequest.usual()))
          .contains(
              "The model has prompts for queries and documents, and none was used: say which of"
                  + " the two the texts are.");
      assertThat(embedder.advice(EmbedRequest.as(Role.DOCUMENT))).isEmpty();
      assertThat(embedder.advice(PLAIN)).isEmpty();
    }
    try (var embedder = open(prompts(Map.of("query", "", "document", ""), ""))) {
      assertThat(embedder.advice(EmbedRequest.usual())).isEmpty();
    }
    try (var embedder = open(prompts(Map.of("query", "q: ", "usual", "u: "), "usual"))) {
      assertThat(embedder.advice(EmbedRequest.usual())).isEmpty();
    }
  }

  @Test
  void promptIsNeverCutAway() {
    var request = EmbedRequest.as(Role.QUERY).withTruncation(Truncation.START);
    try (var embedder = open(prompts(Map.of("query", "the concert "), ""))) {
      assertThat(embedder.embed("last", request).isTruncated()).isFalse();
      assertThatThrownBy(() -> embedder.embed(LONG, request))
          .isInstanceOf(Problem.class)
          .hasMessageContaining("would take the prompt away");
    }
  }

  @Test
  void longTextIsCutAtTheEndAskedForOrRefused() {
    int[] all = tiny.ids(LONG);
    int limit = TinyBundle.MAX_TOKENS;
    try (var embedder = open(TinyBundle.pipeline())) {
      int[] end = embedder.encode(LONG, PLAIN.withTruncation(Truncation.END)).toIds();
      assertThat(end).hasSize(limit).startsWith(Arrays.copyOf(all, limit - 1));
      int[] start = embedder.encode(LONG, PLAIN.withTruncation(Truncation.START)).toIds();
      assertThat(start)
          .hasSize(limit)
          .endsWith(Arrays.copyOfRange(all, all.length - limit + 1, all.length));
      assertThat(embedder.encode(LONG, PLAIN).toIds()).isEqualTo(end);
      var strict = PLAIN.withTruncation(Truncation.ERROR);
      assertThat(embedder.embed("last", strict).isTruncated()).isFalse();
      assertThatThrownBy(() -> embedder.embed(List.of("a", LONG), strict))
          .isInstanceOfSatisfying(
              Problem.class,
              problem -> assertThat(problem.category()).isEqualTo(Category.BAD_INPUT))
          .hasMessage(
              "Text 2 has "
                  + all.length
                  + """
                   tokens, the limit is 64.
                  Texts that are too long are refused, as you asked for.
                  Split the text into passages, or let its end or its start be left out.\
                  """);
    }
  }

  @Test
  void staticModelsReadTextsWithoutSpecialTokens() {
    try (var embedder = open(reading(1_000_000, 0, Unknowns.KEPT))) {
      assertThat(embedder.encode("the concert", PLAIN).toIds())
          .isEqualTo(tiny.bareIds("the concert"));
      Embedding nothing = embedder.embed(List.of("the concert", "", " "), PLAIN).get(1);
      assertThat(nothing.vector()).containsExactly(0, 0, 0, 0);
      assertThat(nothing.tokens()).isZero();
      assertThat(embedder.embed(LONG, PLAIN).tokens()).isEqualTo(tiny.bareIds(LONG).length);
    }
  }

  @Test
  void unknownTokensAreDroppedBeforeTheTextIsCut() {
    String text = "\u4e00 the \u4e00 concert, the orchestra";
    int unknown = tiny.tokenizer().unknownId();
    int[] all = tiny.bareIds(text);
    int[] known = Arrays.stream(all).filter(id -> id != unknown).toArray();
    assertThat(known.length).isLessThan(all.length);
    try (var embedder = open(reading(3, 0, Unknowns.DROPPED))) {
      var encoded = embedder.encode(text, PLAIN);
      assertThat(encoded.toIds()).isEqualTo(Arrays.copyOf(known, 3));
      assertThat(encoded.untruncatedLength()).isEqualTo(known.length);
      assertThat(embedder.encode(text, PLAIN.withTruncation(Truncation.START)).toIds())
          .isEqualTo(Arrays.copyOfRange(known, known.length - 3, known.length));
    }
  }

  @Test
  void textIsCutInCodePointsWhereTheModelSaysSo() {
    try (var embedder = open(reading(1_000, 5, Unknowns.KEPT))) {
      assertThat(embedder.exactText("\ud83d\ude80 the concert", PLAIN))
          .isEqualTo("\ud83d\ude80 the");
      assertThat(embedder.exactText("the concert", PLAIN.withTruncation(Truncation.START)))
          .isEqualTo("ncert");
      var embedding = embedder.embed("the concert", PLAIN);
      assertThat(embedding.tokens()).isEqualTo(tiny.bareIds("the c").length);
      assertThat(embedding.untruncatedTokens()).isEqualTo(tiny.bareIds("the concert").length);
      assertThat(embedder.exactText("the", PLAIN)).isEqualTo("the");
    }
  }

  @Test
  void addedTokenBeyondTheModelIsRefusedWhereATextHasIt() throws IOException {
    var files = tiny.files(TinyBundle.pipeline());
    Path file = files.folder().resolve("tokenizer.json");
    var json = Json.readObject(file);
    ((ArrayNode) json.path("added_tokens"))
        .addObject()
        .put("id", 760)
        .put("content", "<extra_id_0>")
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
    Files.writeString(file, Json.pretty(json));
    try (var embedder =
        Embedder.open(files, OnnxRuntimeBackend.load(cache), EmbedSettings.defaults())) {
      assertThat(embedder.embed("the concert", PLAIN).vector()).hasSize(4);
      assertThatThrownBy(() -> embedder.embed(List.of("a", "the <extra_id_0>"), PLAIN))
          .isInstanceOfSatisfying(
              Problem.class,
              problem -> assertThat(problem.category()).isEqualTo(Category.BAD_INPUT))
          .hasMessage(
              """
              Text 2 has the token "<extra_id_0>" (id 760), the model has 760 token embeddings.
              The tokenizer knows tokens that the model was not made for.
              Leave the token out of the text.\
              """);
    }
  }
}
