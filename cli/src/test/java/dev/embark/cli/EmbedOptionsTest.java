package dev.embark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.embark.format.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Roles, prompts, dimensions, kinds and cuts of `embed`.
final class EmbedOptionsTest {
  @TempDir static Path temporary;
  private static Scene scene = new Scene(Path.of(""));

  @BeforeAll
  static void convert() {
    scene = new Scene(temporary).model("bert-mean");
    scene.write(
        "model/config_sentence_transformers.json",
        """
        {"prompts": {"query": "find: ", "document": ""}, "default_prompt_name": null,
         "similarity_fn_name": "cosine"}
        """);
    scene.run("convert", "DIR/model", "-o", "DIR/bundle");
  }

  private static JsonNode embed(String... words) {
    var all = new String[words.length + 2];
    all[0] = "embed";
    all[1] = "DIR/bundle";
    System.arraycopy(words, 0, all, 2, words.length);
    var run = scene.run(all);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return Json.parse(run.out().getBytes(StandardCharsets.UTF_8), "stdout");
  }

  private static void refused(int exitCode, String message, String... words) {
    var run = scene.run(words);
    assertThat(run.err()).endsWith(message);
    assertThat(run.exitCode()).isEqualTo(exitCode);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void roleAndPromptsArePutBeforeTheText() {
    var expected = embed("find: a boat", "--role", "document").path("embedding");

    assertThat(embed("a boat", "--role", "query").path("embedding")).isEqualTo(expected);
    assertThat(embed("a boat", "--prompt", "query").path("embedding")).isEqualTo(expected);
    assertThat(embed("a boat", "--prompt-text", "find: ").path("embedding")).isEqualTo(expected);
    assertThat(embed("a boat", "--role", "document").path("embedding")).isNotEqualTo(expected);
  }

  @Test
  void missingRoleIsSaidOnce() {
    String advice =
        """
        The model has prompts for queries and documents, and none was used: say which of the two the texts are.
        Give --role query or --role document.
        """;

    assertThat(scene.run("embed", "DIR/bundle", "a boat", "a ship").err()).isEqualTo(advice);
    assertThat(scene.run("embed", "DIR/bundle", "a boat", "--role", "document").err()).isEmpty();
    assertThat(scene.run("embed", "DIR/bundle", "a boat", "--prompt-text", "").err()).isEmpty();
  }

  @Test
  void explanationShowsTextAndIds() {
    var line = embed("a boat", "--role", "query", "--explain");

    assertThat(line.path("input").asString()).isEqualTo("find: a boat");
    assertThat(line.path("token_ids").size()).isEqualTo(line.path("tokens").asInt());
    assertThat(line.path("text_tokens").asInt()).isEqualTo(line.path("tokens").asInt());
    scene.write("texts.txt", "a boat\n");
    assertThat(
            embed("--input", "DIR/texts.txt", "--role", "query", "--explain")
                .path("input")
                .asString())
        .isEqualTo("find: a boat");
  }

  @Test
  void firstDimensionsHaveLengthOne() {
    var vector = embed("a boat", "--role", "document", "--dimensions", "8").path("embedding");

    assertThat(vector.size()).isEqualTo(8);
    double squares = 0;
    for (var value : vector) {
      squares += value.asDouble() * value.asDouble();
    }
    assertThat(squares).isCloseTo(1, within(1e-5));
    var run =
        scene.run(
            "embed",
            "DIR/bundle",
            "a boat",
            "--role",
            "document",
            "--dimensions",
            "8",
            "--output",
            "DIR/first.npy");
    assertThat(run.out()).isEqualTo("Wrote 1 vectors of 8 values to DIR/first.npy.\n");
    refused(
        2,
        """
        embark: A vector of the model has 32 values, not 33.
        Ask for at most 32 dimensions.
        """,
        "embed",
        "DIR/bundle",
        "a",
        "--dimensions",
        "33");
  }

  @Test
  void endOrStartOfATextIsLeftOutOrItIsRefused() {
    var text = "first " + "word ".repeat(100) + "last";
    var start = embed(text, "--role", "document", "--truncate", "start");
    var end = embed(text, "--role", "document", "--truncate", "end");

    assertThat(start.path("embedding")).isNotEqualTo(end.path("embedding"));
    assertThat(start.path("truncated").asBoolean()).isTrue();
    assertThat(start.path("text_tokens").asInt()).isGreaterThan(64);
    assertThat(scene.run("embed", "DIR/bundle", text, "--truncate", "error").err())
        .contains("embark: Text 1 has ")
        .contains(" tokens, the limit is 64.\n");
  }

  @Test
  void whatTheModelDoesNotGiveIsRefused() {
    refused(
        2,
        """
        embark: The model does not give sparse weights.
        It gives one vector a text.
        Ask for what the model gives.
        """,
        "embed",
        "DIR/bundle",
        "a",
        "--sparse");
    refused(
        2,
        """
        embark: --output takes one vector a text, and nothing else.
        A NumPy file holds a row of equal length for each text.
        Leave --output out; each text is then a line of JSON.
        """,
        "embed",
        "DIR/bundle",
        "a",
        "--multi-vector",
        "--output",
        "DIR/many.npy");
  }

  @Test
  void wordsThatDoNotGoTogetherAreRefused() {
    String help = "See `embark embed --help`.\n";
    refused(
        2,
        "embark: --role reader is not known; known are query, document.\n" + help,
        "embed",
        "DIR/bundle",
        "a",
        "--role",
        "reader");
    refused(
        2,
        "embark: Both --prompt and --prompt-text are given.\n" + help,
        "embed",
        "DIR/bundle",
        "a",
        "--prompt",
        "query",
        "--prompt-text",
        "x");
    refused(
        2,
        "embark: --dimensions 0 is not a positive number.\n" + help,
        "embed",
        "DIR/bundle",
        "a",
        "--dimensions",
        "0");
  }
}
