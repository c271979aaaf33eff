package dev.embark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a user can say of a model whose files leave it open, through to what the bundle then does.
final class ModelOptionsTest {
  @TempDir private Path temporary;

  private Scene scene(String fixture) {
    return new Scene(temporary).model(fixture);
  }

  private static void converted(Scene scene, String... words) {
    var all = new String[words.length + 4];
    System.arraycopy(new String[] {"convert", "DIR/model", "-o", "DIR/bundle"}, 0, all, 0, 4);
    System.arraycopy(words, 0, all, 4, words.length);
    var run = scene.run(all);
    assertThat(run.exitCode()).describedAs(run.err()).isZero();
  }

  private void refused(String option, String value, String message) {
    var scene = scene("bert-mean");
    var run = scene.run("convert", "DIR/model", "-o", "DIR/bundle", option, value);
    assertThat(run.err()).startsWith("embark: " + message);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(scene.top()).containsExactly("model");
  }

  @Test
  void aLanguageModelThatIsAReranker() {
    var scene = scene("reranker-qwen3-yesno");
    converted(scene, "--task", "rerank");

    var run = scene.run("rerank", "DIR/bundle", "--query", "tea", "green tea", "a stone");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("green tea");
  }

  @Test
  void aMaskedLanguageModelThatIsSparse() {
    var scene = scene("splade-bert-oldstyle").delete("model/modules.json");
    converted(scene, "--task", "sparse");

    var run = scene.run("embed", "DIR/bundle", "green tea", "--sparse", "--json");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("\"sparse\"");
  }

  @Test
  void promptsThatTheFilesDoNotHave() {
    var scene = scene("bert-plain");
    converted(
        scene, "--pooling", "mean", "--query-prompt", "query: ", "--document-prompt", "passage: ");

    var run = scene.run("embed", "DIR/bundle", "tea", "--role", "document", "--explain");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out() + run.err()).contains("passage: tea");
  }

  @Test
  void whatTheModelSaysItself() {
    refused(
        "--task",
        "embed",
        """
        --task is given for no use.
        The model's files say what it is for.
        Leave it away.
        """);
  }

  @Test
  void rulesForAModelWithoutATable() {
    refused("--static-rules", "sentence-transformers", "--static-rules is given for no use.");
  }

  @Test
  void aTaskThatIsNone() {
    refused("--task", "cook", "--task cook is not known; known are embed, rerank, sparse.");
  }

  @Test
  void rulesThatAreNone() {
    refused(
        "--static-rules",
        "house",
        "--static-rules house is not known; known are model2vec, sentence-transformers.");
  }
}
