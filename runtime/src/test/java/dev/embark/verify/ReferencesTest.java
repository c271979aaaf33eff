package dev.embark.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.bundle.Output;
import dev.embark.bundle.Output.Pairing;
import dev.embark.bundle.Output.Saturation;
import dev.embark.bundle.Output.ScoreActivation;
import dev.embark.bundle.Output.ScoreHead;
import dev.embark.bundle.Output.SparseStrategy;
import dev.embark.bundle.Output.TokenRole;
import dev.embark.bundle.Pipeline;
import dev.embark.embed.Input;
import dev.embark.embed.Prompt;
import dev.embark.embed.Role;
import dev.embark.embed.TextPair;
import dev.embark.embed.TinyBundle;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReferencesTest {
  private static final String REMEDY =
      "\nGive a UTF-8 file with an object {\"text\": …, \"embedding\": […]} a line.";

  private static final Output.Embedding EMBEDDING = new Output.Embedding(List.of(), "cosine", 2);
  private static final Pipeline PIPELINE = TinyBundle.giving(EMBEDDING);

  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("reference.jsonl"), text);
  }

  private void refuses(String text, String message) throws IOException {
    Path file = file(text);
    assertThatThrownBy(() -> References.read(file, PIPELINE))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.category()).isEqualTo(Category.BAD_INPUT))
        .hasMessage(file + message + REMEDY);
  }

  @Test
  void whatIsWrittenIsReadToTheLastBit() throws IOException {
    var written =
        List.of(
            new Reference(
                Input.of("a \"b\"\n\u2028", new Prompt.None()), EMBEDDING, new float[] {0.1f, -0f}),
            new Reference(
                Input.of("", new Prompt.Default()),
                EMBEDDING,
                new float[] {Float.MIN_VALUE, 1e38f}),
            new Reference(
                Input.of("é🚀", new Prompt.Named("query")),
                EMBEDDING,
                new float[] {1 / 3f, 16_777_215f}));
    Path file = folder.resolve("reference.jsonl");
    Files.write(file, References.toJsonLines(written));
    List<Reference> read = References.read(file, PIPELINE);
    for (int i = 0; i < written.size(); i++) {
      assertThat(read.get(i).input()).isEqualTo(written.get(i).input());
      assertThat(read.get(i).output()).isEqualTo(written.get(i).output());
      assertThat(read.get(i).values()).isEqualTo(written.get(i).values());
    }
  }

  @Test
  void otherKeysAndBlankLinesArePassedOver() throws IOException {
    Path file = file("\n{\"id\": 7, \"text\": \"a\", \"embedding\": [1, 2.5]}\n\n");
    assertThat(References.read(file, PIPELINE))
        .singleElement()
        .satisfies(reference -> assertThat(reference.values()).containsExactly(1f, 2.5f));
  }

  @Test
  void wrongLinesAreNamed() throws IOException {
    refuses("", " has no lines.");
    refuses(
        "{\"text\": \"a\", \"embedding\": [1, 2]}\n{\"text\": \"b\", \"embedding\": [1]}",
        " line 2 has 1 values, the model's vectors have 2.");
    refuses("{\"embedding\": [1, 2]}", " line 1 has no \"text\" with a string.");
    refuses(
        "{\"text\": \"a\"}",
        " line 1 has none of \"embedding\", \"sparse\", \"token_weights\", \"token_embeddings\","
            + " \"logits\".");
    refuses(
        "{\"text\": \"a\", \"logits\": [1]}",
        " line 1 has \"logits\", which the model does not give; it gives [embedding].");
    refuses(
        "{\"text\": \"a\", \"embedding\": [1, 2], \"role\": \"question\"}",
        " line 1 has the \"role\" \"question\", expected \"query\" or \"document\".");
    refuses("{\"text\": \"a\", \"embedding\": 1}", " line 1 has values that are no array.");
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
    assertThatThrownBy(() -> References.read(none, PIPELINE))
        .isInstanceOf(Problem.class)
        .hasMessageStartingWith("Cannot read " + none + ".");
  }

  private static final Output.Sparse SPARSE =
      new Output.Sparse(SparseStrategy.MAX, Saturation.ONCE, 4);
  private static final Output.Lexical LEXICAL = new Output.Lexical("sparse_linear", List.of());
  private static final Output.MultiVector VECTORS =
      new Output.MultiVector(List.of(), 2, 0, TokenRole.plain(8), TokenRole.plain(8));
  private static final Output.Score SCORE =
      new Output.Score(
          List.of("yes", "no"),
          ScoreActivation.IDENTITY,
          new Pairing.Template(),
          new ScoreHead.Classifier());
  private static final Pipeline ALL = TinyBundle.giving(SPARSE, LEXICAL, VECTORS, SCORE);

  @Test
  void everyOutputIsWrittenAndReadToTheLastBit() throws IOException {
    var text = new Input.Text("a", new Prompt.Literal("p: "), Role.QUERY);
    var pair = new Input.Pair(new TextPair("q", "d"), new Prompt.None(), "judge");
    var written =
        List.of(
            new Reference(text, SPARSE, new float[] {0, 0.1f, 0, 3}),
            new Reference(text, LEXICAL, new float[] {0, 1 / 3f, 2}),
            new Reference(text, VECTORS, new float[] {1, 2, 3, 4, 5, 1e-30f}),
            new Reference(pair, SCORE, new float[] {-1.5f, 7}),
            new Reference(Input.of(new TextPair("", "d")), SCORE, new float[] {0, 0}));
    Path file = folder.resolve("all.jsonl");
    Files.write(file, References.toJsonLines(written));
    assertThat(Files.readString(file))
        .startsWith(
            "{\"text\":\"a\",\"prompt_text\":\"p: \",\"role\":\"query\",\"sparse\":{\"1\":0.1,\"3\":3.0}}");
    List<Reference> read = References.read(file, ALL);
    for (int i = 0; i < written.size(); i++) {
      assertThat(read.get(i).input()).isEqualTo(written.get(i).input());
      assertThat(read.get(i).output()).isEqualTo(written.get(i).output());
      assertThat(read.get(i).values()).isEqualTo(written.get(i).values());
    }
  }

  @Test
  void oneLineMaySpeakOfSeveralOutputs() throws IOException {
    Path file =
        file(
            "{\"text\": \"a\", \"token_weights\": [1, 2], \"token_embeddings\": [[1, 2], [3, 4]]}");
    assertThat(References.read(file, ALL))
        .extracting(Reference::output)
        .containsExactly(LEXICAL, VECTORS);
  }

  @Test
  void wrongLinesOfOtherOutputsAreNamed() throws IOException {
    String remedy = "\nGive a UTF-8 file with an object {\"text\": …, \"sparse\": {…}} a line.";
    var wrong =
        Map.of(
            "{\"text\": \"a\", \"sparse\": {\"4\": 1}}",
            " line 1 has the id \"4\", expected one from 0 to 3.",
            "{\"text\": \"a\", \"sparse\": [1]}",
            " line 1 has no \"sparse\" with an object.",
            "{\"text\": \"a\", \"token_weights\": {}}",
            " line 1 has no \"token_weights\" with an array.",
            "{\"text\": \"a\", \"token_embeddings\": [[1]]}",
            " line 1 has 1 values, the model's vectors have 2.",
            "{\"query\": \"a\", \"logits\": [1, 2]}",
            " line 1 has no \"document\" with a string.");
    for (var each : wrong.entrySet()) {
      Path file = file(each.getKey());
      assertThatThrownBy(() -> References.read(file, ALL))
          .isInstanceOf(Problem.class)
          .hasMessage(file + each.getValue() + remedy);
    }
  }
}
