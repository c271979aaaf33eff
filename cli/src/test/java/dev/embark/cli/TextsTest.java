package dev.embark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.format.json.Json;
import dev.embark.format.npy.Npy;
import dev.embark.testing.Fixture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Texts as users give them to `embed` and `tokenize`: words, files, good and bad.
final class TextsTest {
  private static final double TOLERANCE = 2e-5;

  @TempDir static Path temporary;
  private static Scene scene = new Scene(Path.of(""));

  @BeforeAll
  static void convert() {
    scene = new Scene(temporary).model("bert-mean");
    scene.run("convert", "DIR/model", "-o", "DIR/bundle");
  }

  private static JsonNode json(String text) {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8), "stdout");
  }

  private static void refused(int exitCode, String message, String... words) {
    var run = scene.run(words);
    assertThat(run.err()).isEqualTo(message);
    assertThat(run.exitCode()).isEqualTo(exitCode);
    assertThat(run.out()).isEmpty();
  }

  private static String jsonLines(List<String> texts) {
    return texts.stream()
        .map(text -> Json.line(Json.object().put("text", text)) + "\n")
        .collect(Collectors.joining());
  }

  @Test
  void vectorsOfAFileAreThoseOfTheOriginal() {
    var answers = Fixture.of("bert-mean").answers();
    scene.write("golden.jsonl", jsonLines(answers.texts()));
    var run =
        scene.run(
            "embed",
            "DIR/bundle",
            "--prompt-text",
            "",
            "--input",
            "DIR/golden.jsonl",
            "--output",
            "DIR/golden.npy");

    assertThat(run.err()).matches("(?s)(\\d+ of \\d+ texts were cut at 64 tokens.*)?");
    assertThat(run.out())
        .isEqualTo(
            "Wrote " + answers.texts().size() + " vectors of 32 values to DIR/golden.npy.\n");
    var vectors = Npy.readFloats(scene.path("golden.npy"));
    for (int row = 0; row < answers.texts().size(); row++) {
      for (int i = 0; i < 32; i++) {
        assertThat((double) vectors[row][i])
            .isCloseTo(
                answers.embeddings()[row][i], org.assertj.core.data.Offset.offset(TOLERANCE));
      }
    }
  }

  @Test
  void idsOfAFileAreThoseOfTheOriginal() {
    var answers = Fixture.of("bert-mean").answers();
    scene.write("golden.jsonl", jsonLines(answers.texts()));
    for (var model : List.of("DIR/bundle", "DIR/model")) {
      var run = scene.run("tokenize", model, "--input", "DIR/golden.jsonl");

      assertThat(run.out())
          .isEqualTo(
              Arrays.stream(answers.ids())
                  .map(ids -> Arrays.toString(ids) + "\n")
                  .collect(Collectors.joining()));
    }
  }

  @Test
  void embedPrintsALineOfJsonForEachText() {
    var lines = scene.run("embed", "DIR/bundle", "one", "say \"two\"").out().lines().toList();

    assertThat(lines).hasSize(2);
    var second = json(lines.get(1));
    assertThat(second.path("index").asInt()).isEqualTo(1);
    assertThat(second.path("text").asString()).isEqualTo("say \"two\"");
    assertThat(second.path("truncated").asBoolean()).isFalse();
    assertThat(second.path("embedding").size()).isEqualTo(32);
  }

  @Test
  void jsonMakesOneDocumentOfAllTexts() {
    assertThat(json(scene.run("embed", "DIR/bundle", "one", "two", "--json").out()).size())
        .isEqualTo(2);
    assertThat(json(scene.run("tokenize", "DIR/bundle", "one", "two", "--json").out()).size())
        .isEqualTo(2);
  }

  @Test
  void aTextThatIsCutIsSaid() {
    var run = scene.run("embed", "DIR/bundle", "word ".repeat(100), "--prompt-text", "");

    assertThat(run.err()).isEqualTo("1 of 1 texts were cut at 64 tokens, the model's limit.\n");
    assertThat(json(run.out()).path("truncated").asBoolean()).isTrue();
  }

  @Test
  void anEmptyTextIsAText() {
    var run = scene.run("tokenize", "DIR/bundle", "");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEqualTo("[7, 8]\n");
  }

  @Test
  void anEmptyFileHasNoTexts() {
    scene.write("empty.txt", "");
    var run =
        scene.run("embed", "DIR/bundle", "--input", "DIR/empty.txt", "--output", "DIR/empty.npy");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEqualTo("Wrote 0 vectors of 32 values to DIR/empty.npy.\n");
    assertThat(scene.run("embed", "DIR/bundle", "--input", "DIR/empty.txt").out()).isEmpty();
    assertThat(scene.run("embed", "DIR/bundle", "--input", "DIR/empty.txt", "--json").out())
        .isEqualTo("[ ]\n");
  }

  @Test
  void lineEndsAndAByteOrderMarkAreNoText() {
    scene.write("windows.txt", "\uFEFFone\r\n\r\ntwo");
    scene.write("unix.txt", "one\n\ntwo\n");
    var unix = scene.run("tokenize", "DIR/bundle", "--input", "DIR/unix.txt").out();

    assertThat(unix.lines()).hasSize(3);
    assertThat(scene.run("tokenize", "DIR/bundle", "--input", "DIR/windows.txt").out())
        .isEqualTo(unix);
  }

  @Test
  void aFileThatIsNotUtf8IsRefusedWithTheLine() {
    scene.write("latin.txt", "one\ncaf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));

    for (var command : List.of("embed", "tokenize")) {
      var run = scene.run(command, "DIR/bundle", "--input", "DIR/latin.txt");
      assertThat(run.exitCode()).isEqualTo(3);
      assertThat(run.err())
          .isEqualTo("embark: DIR/latin.txt, line 2, is not UTF-8.\nConvert the file to UTF-8.\n");
    }
  }

  @Test
  void aLineWithoutTextIsRefused() {
    scene.write("other.jsonl", "{\"text\": \"one\"}\n\n");
    var run = scene.run("tokenize", "DIR/bundle", "--input", "DIR/other.jsonl");

    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err())
        .isEqualTo(
            """
            embark: DIR/other.jsonl, line 2, is empty.
            Give an object {"text": …} a line.
            """);
  }

  @Test
  void aLineThatIsNotJsonIsRefused() {
    scene.write("cut.jsonl", "{\"text\": \"one\"");

    refused(
        3,
        """
        embark: DIR/cut.jsonl, line 1, is not valid JSON.
        Unexpected end-of-input: expected close marker for Object (line 1, column 15).
        Fetch the file again; if it is your own, mend it there.
        """,
        "tokenize",
        "DIR/bundle",
        "--input",
        "DIR/cut.jsonl");
  }

  @Test
  void aFileThatIsNotThereOrAFolderIsRefused() {
    refused(
        3,
        "embark: Cannot read DIR/none.txt.\nThere is no such file.\nCheck the path.\n",
        "embed",
        "DIR/bundle",
        "--input",
        "DIR/none.txt");
    refused(
        3,
        "embark: Cannot read DIR/model.\nIt is a folder.\nCheck the path.\n",
        "embed",
        "DIR/bundle",
        "--input",
        "DIR/model");
  }

  @Test
  void textsAndAFileExcludeEachOther() {
    refused(
        2,
        "embark: Both texts and --input are given.\nGive one of the two.\n",
        "embed",
        "DIR/bundle",
        "one",
        "--input",
        "DIR/none.txt");
  }

  @Test
  void oneOfTextsAndAFileIsNeeded() {
    refused(
        2,
        """
        embark: There is nothing to tokenize.
        Give texts as arguments, or a file with --input.
        """,
        "tokenize",
        "DIR/bundle");
  }

  @Test
  void anOptionGivenTwiceIsRefused() {
    var run = scene.run("embed", "DIR/bundle", "--input", "a.txt", "--input", "b.txt");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--input").contains("only once");
  }

  @Test
  void anOptionWithALetterSwappedIsAnsweredWithTheRightOne() {
    refused(
        2,
        """
        embark: `embark embed` has no option "--inptu".
        Did you mean --input? See `embark embed --help`.
        """,
        "embed",
        "DIR/bundle",
        "--inptu",
        "a.txt");
  }

  @Test
  void anUnknownPromptIsAnsweredWithTheKnownOnes() {
    refused(
        2,
        """
        embark: The model has no prompt "qury".
        Its prompts are [document, query].
        Name one of the model's prompts, or none.
        """,
        "embed",
        "DIR/bundle",
        "one",
        "--prompt",
        "qury");
  }

  @Test
  void aPromptIsPutBeforeTheText() {
    var named = json(scene.run("embed", "DIR/bundle", "one", "--prompt", "query").out());
    var spelled = json(scene.run("embed", "DIR/bundle", "query: one").out());

    assertThat(named.path("embedding")).isEqualTo(spelled.path("embedding"));
  }
}
