package dev.embark.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.embed.Prompt;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReferencesTest {
  private static final String REMEDY =
      "\nGive a UTF-8 file with an object {\"text\": …, \"embedding\": […]} a line.";

  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("reference.jsonl"), text);
  }

  private void refuses(String text, String message) throws IOException {
    Path file = file(text);
    assertThatThrownBy(() -> References.read(file, 2))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.category()).isEqualTo(Category.BAD_INPUT))
        .hasMessage(file + message + REMEDY);
  }

  @Test
  void whatIsWrittenIsReadToTheLastBit() throws IOException {
    var written =
        List.of(
            new Reference("a \"b\"\n\u2028", new Prompt.None(), new float[] {0.1f, -0f}),
            new Reference("", new Prompt.Default(), new float[] {Float.MIN_VALUE, 1e38f}),
            new Reference("é🚀", new Prompt.Named("query"), new float[] {1 / 3f, 16_777_215f}));
    Path file = folder.resolve("reference.jsonl");
    Files.write(file, References.toJsonLines(written));
    List<Reference> read = References.read(file, 2);
    for (int i = 0; i < written.size(); i++) {
      assertThat(read.get(i).text()).isEqualTo(written.get(i).text());
      assertThat(read.get(i).prompt()).isEqualTo(written.get(i).prompt());
      assertThat(read.get(i).embedding()).isEqualTo(written.get(i).embedding());
    }
  }

  @Test
  void otherKeysAndBlankLinesArePassedOver() throws IOException {
    Path file = file("\n{\"id\": 7, \"text\": \"a\", \"embedding\": [1, 2.5]}\n\n");
    assertThat(References.read(file, 2))
        .singleElement()
        .satisfies(reference -> assertThat(reference.embedding()).containsExactly(1f, 2.5f));
  }

  @Test
  void wrongLinesAreNamed() throws IOException {
    refuses("", " has no lines.");
    refuses(
        "{\"text\": \"a\", \"embedding\": [1, 2]}\n{\"text\": \"b\", \"embedding\": [1]}",
        " line 2 has 1 values, the model's vectors have 2.");
    refuses(
        "{\"text\": \"a\"}",
        " line 1 has no \"text\" with a string and \"embedding\" with an array.");
    refuses(
        "{\"text\": \"a\", \"embedding\": [1, \"x\"]}",
        " line 1 has \"x\" at value 1, expected a number.");
    refuses(
        "{\"text\": \"a\", \"embedding\": [1, 2], \"prompt\": 3}",
        " line 1 has a \"prompt\" that is not a string.");
  }

  @Test
  void missingFileIsBadInput() {
    Path none = folder.resolve("none.jsonl");
    assertThatThrownBy(() -> References.read(none, 2))
        .isInstanceOf(Problem.class)
        .hasMessageStartingWith("Cannot read " + none + ".");
  }
}
