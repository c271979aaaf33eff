package dev.embark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.format.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Models that are tried on data.
final class EvaluateCommandTest {
  private static final String CSV =
      """
      question,label,answer
      the,1,a a a a
      the,0,a
      """;

  @TempDir static Path temporary;
  private static Scene scene = new Scene(Path.of(""));

  @BeforeAll
  static void convert() {
    scene = new Scene(temporary).model("bert-mean");
    var converted =
        scene.run("convert", "DIR/model", "-o", "DIR/bundle", "--precision", "fp32,fp16");
    assertThat(converted.err()).isEmpty();
    ScorerBundle.write(scene.path("scorer"), List.of("relevance"));
    scene.write("sts.csv", "the concert,the orchestra,4\nthe,a concert,1\nbegan,which,2\n");
    scene.write("rerank.csv", CSV);
    scene.write("lines.txt", "the concert began\nan orchestra\nwhich which\n");
  }

  @Test
  void ratedPairsHaveACorrelation() {
    var run = scene.run("evaluate", "DIR/bundle", "--task", "sts", "--data", "DIR/sts.csv");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).startsWith("task      sts: 3 pairs\nSpearman ").contains("\nPearson ");
  }

  @Test
  void aModelThatScoresPairsRanksCandidates() {
    var run = scene.run("evaluate", "DIR/scorer", "--task", "rerank", "--data", "DIR/rerank.csv");

    assertThat(run.out())
        .contains("1 questions, 2 candidates")
        .contains("MAP               100.00 [100.00, 100.00]\n");
  }

  @Test
  void variantsOfOneBundleAreCompared() {
    var run =
        scene.run(
            "evaluate",
            "DIR/bundle",
            "--variant",
            "fp16",
            "--against",
            "DIR/bundle",
            "--against-variant",
            "fp32",
            "--task",
            "neighbours",
            "--data",
            "DIR/lines.txt",
            "--json");

    var document = Json.parse(run.out().getBytes(StandardCharsets.UTF_8), "stdout");
    assertThat(document.path("bundle").asString()).isEqualTo("bundle fp16");
    assertThat(document.path("against").asString()).isEqualTo("bundle fp32");
    assertThat(document.at("/results/0/measure").asString()).isEqualTo("same nearest");
    assertThat(document.at("/results/0/value/value").asDouble()).isEqualTo(1);
  }

  @Test
  void aVariantOfNoBundleIsRefused() {
    var run =
        scene.run(
            "evaluate",
            "DIR/bundle",
            "--task",
            "sts",
            "--data",
            "DIR/sts.csv",
            "--against-variant",
            "fp32");

    assertThat(run.err()).contains("--against-variant needs --against.");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void neighboursNeedTwoModels() {
    var run =
        scene.run("evaluate", "DIR/bundle", "--task", "neighbours", "--data", "DIR/lines.txt");

    assertThat(run.err()).contains("Give --against DIR.");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void anUnknownTaskIsRefused() {
    var run = scene.run("evaluate", "DIR/bundle", "--task", "chess", "--data", "DIR/sts.csv");

    assertThat(run.err()).contains("known: sts, retrieval, rerank, neighbours");
    assertThat(run.exitCode()).isEqualTo(2);
  }
}
