package dev.embark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.embark.format.json.Json;
import dev.embark.format.npy.Npy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Texts sorted by a model that scores pairs: the longer a pair, the higher.
final class RerankCommandTest {
  @TempDir static Path temporary;
  private static Scene scene = new Scene(Path.of(""));

  @BeforeAll
  static void writeBundles() {
    scene = new Scene(temporary).model("bert-mean");
    ScorerBundle.write(scene.path("scorer"), List.of("relevance"));
    ScorerBundle.write(scene.path("nli"), List.of("no", "yes"));
  }

  private static JsonNode json(String text) {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8), "stdout");
  }

  private static void refused(int exitCode, String message, String... words) {
    var run = scene.run(words);
    assertThat(run.err()).endsWith(message);
    assertThat(run.exitCode()).isEqualTo(exitCode);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void textsAreSortedWithTheirScores() {
    var run = scene.run("rerank", "DIR/scorer", "--query", "the", "a", "a a a a", "a\na", "--raw");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .isEqualTo("   0.80000  [1] a a a a\n   0.60000  [2] a a\n   0.50000  [0] a\n");
    var best = scene.run("rerank", "DIR/scorer", "--query", "the", "a", "a a", "--top", "1");
    assertThat(best.out()).isEqualTo("   0.64566  [1] a a\n");
  }

  @Test
  void textsMayStandInAFileAndScoresGoIntoOne() {
    scene.write("texts.txt", "a\na a\n");
    var run =
        scene.run(
            "rerank",
            "DIR/scorer",
            "--query",
            "the",
            "--input",
            "DIR/texts.txt",
            "--output",
            "DIR/scores.npy",
            "--raw");

    assertThat(run.out()).isEqualTo("   0.60000  [1] a a\n   0.50000  [0] a\n");
    var scores = Npy.readFloats(scene.path("scores.npy"));
    assertThat(scores).hasDimensions(2, 1);
    assertThat(scores[0][0]).isCloseTo(0.5f, within(1e-6f));
    assertThat(scores[1][0]).isCloseTo(0.6f, within(1e-6f));
  }

  @Test
  void jsonMakesOneDocument() {
    var document =
        json(
            scene
                .run("rerank", "DIR/scorer", "--query", "the", "a", "a a", "--json", "--explain")
                .out());

    assertThat(document.size()).isEqualTo(2);
    assertThat(document.at("/0/index").asInt()).isEqualTo(1);
    assertThat(document.at("/0/text").asString()).isEqualTo("a a");
    assertThat(document.at("/0/score").asDouble()).isCloseTo(0.64566, within(1e-5));
    assertThat(document.at("/0/scores/relevance").asDouble()).isCloseTo(0.64566, within(1e-5));
    assertThat(document.at("/0/tokens").asInt()).isEqualTo(6);
    assertThat(document.at("/0/text_tokens").asInt()).isEqualTo(6);
    assertThat(document.at("/0/truncated").asBoolean()).isFalse();
    assertThat(document.at("/0/inputs/0").asString()).isEqualTo("the");
    assertThat(document.at("/0/token_ids/0").size()).isEqualTo(6);
    var failure = scene.run("rerank", "DIR/scorer", "--query", "the", "--json");
    assertThat(failure.exitCode()).isEqualTo(2);
    assertThat(json(failure.out()).findValue("what").asString())
        .isEqualTo("There is nothing to rerank.");
  }

  @Test
  void pairsAreScoredInTheirOrder() {
    scene.write(
        "pairs.jsonl",
        "{\"query\": \"the\", \"text\": \"a\"}\n{\"query\": \"the the\", \"text\": \"a\"}\n");
    var run = scene.run("rerank", "DIR/nli", "--pairs", "DIR/pairs.jsonl", "--raw");

    assertThat(run.out()).isEqualTo("   0.50000   1.00000  [0] a\n   0.60000   1.20000  [1] a\n");
    scene.write("bad.jsonl", "{\"query\": \"the\", \"text\": \"a\"}\n{\"text\": \"a\"}\n");
    refused(
        3,
        """
        embark: DIR/bad.jsonl, line 2, has no fields "query" and "text" with strings.
        Give an object {"query": …, "text": …} a line.
        """,
        "rerank",
        "DIR/scorer",
        "--pairs",
        "DIR/bad.jsonl");
  }

  @Test
  void explanationShowsTextsAndIds() {
    var run = scene.run("rerank", "DIR/scorer", "--query", "the", "a", "--explain");

    assertThat(run.out().lines()).hasSize(4).element(1).isEqualTo("  input: \"the\"");
    assertThat(run.out()).contains("\n  input: \"a\"\n  token_ids: [7,");
  }

  @Test
  void severalScoresNeedALabel() {
    var run = scene.run("rerank", "DIR/nli", "--query", "the", "a", "--label", "yes", "--raw");

    assertThat(run.out()).isEqualTo("   1.00000  [0] a\n");
    refused(
        2,
        """
        embark: The model gives 2 scores, and none is named to rank by.
        Its labels are [no, yes].
        Name one of them.
        """,
        "rerank",
        "DIR/nli",
        "--query",
        "the",
        "a");
  }

  @Test
  void pairThatIsTooLongIsCutAndSaidOrRefused() {
    var run = scene.run("rerank", "DIR/scorer", "--query", "the", "a ".repeat(80), "--raw");

    assertThat(run.err()).endsWith("1 of 1 pairs were cut at the model's limit.\n");
    assertThat(run.out()).startsWith("   6.40000  [0] a a");
    refused(
        3,
        """
        embark: Pair 1 has 84 tokens, the limit is 64.
        Texts that are too long are refused, as you asked for.
        Split the text into passages, or let its end or its start be left out.
        """,
        "rerank",
        "DIR/scorer",
        "--query",
        "the",
        "a ".repeat(80),
        "--truncate",
        "error");
  }

  @Test
  void wordsThatDoNotGoTogetherAreRefused() {
    String help = "See `embark rerank --help`.\n";
    refused(2, "embark: There is no --query.\n" + help, "rerank", "DIR/scorer", "a");
    refused(
        2,
        "embark: --pairs is given together with a query or texts.\n" + help,
        "rerank",
        "DIR/scorer",
        "--pairs",
        "x",
        "a");
    refused(
        2,
        "embark: --top is given with --pairs, which are not sorted.\n" + help,
        "rerank",
        "DIR/scorer",
        "--pairs",
        "x",
        "--top",
        "3");
    refused(
        2,
        "embark: --top 0 is not a positive number.\n" + help,
        "rerank",
        "DIR/scorer",
        "--query",
        "the",
        "a",
        "--top",
        "0");
    refused(
        2,
        """
        embark: --truncate middle is not known; known are end, start, error.
        Name one of them.
        """,
        "rerank",
        "DIR/scorer",
        "--query",
        "the",
        "a",
        "--truncate",
        "middle");
  }

  @Test
  void modelsSayWhatTheyAreFor() {
    scene.run("convert", "DIR/model", "-o", "DIR/bundle", "--skip-verification");
    refused(
        2,
        """
        embark: The model gives no scores of pairs of texts.
        It turns each text into a vector of its own.
        Embed query and documents and compare their vectors, or take a reranking model.
        """,
        "rerank",
        "DIR/bundle",
        "--query",
        "the",
        "a");
    refused(
        2,
        """
        embark: The model gives no vectors.
        It gives scores of pairs of texts.
        Use it with `embark rerank`.
        """,
        "embed",
        "DIR/scorer",
        "a");
    assertThat(scene.run("inspect", "DIR/scorer").out())
        .contains("pipeline  scores of pairs of texts: relevance, Sigmoid\n");
  }
}
