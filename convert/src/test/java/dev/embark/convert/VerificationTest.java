package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.Embark;
import dev.embark.bundle.Proof.Testimony;
import dev.embark.convert.Conversion.Trust;
import dev.embark.convert.PublishedAnswers.Answer;
import dev.embark.problem.Problem;
import dev.embark.progress.Progress;
import dev.embark.testing.Fixture;
import dev.embark.verify.Comparison;
import dev.embark.verify.Tolerance;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Published similarities as a witness, on a model whose similarities are known.
final class VerificationTest {
  private static final String LEFT = "The cat sat.";
  private static final String RIGHT = "A dog ran.";

  @TempDir static Path folder;
  private static Embark model;

  @BeforeAll
  static void open() {
    var bundle =
        Trial.of(Fixture.of("bert-mean").folder())
            .with(Trust.UNVERIFIED)
            .convert(folder.resolve("bundle"), folder);
    model = Trial.open(bundle.folder(), folder);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static double cosine() {
    return Comparison.cosine(model.embed(LEFT), model.embed(RIGHT));
  }

  private static Testimony verify(double cosine, double relative, double absolute) {
    var answers = List.of(new Answer(LEFT, RIGHT, cosine));
    var verification =
        new Verification(
            model.embedder().engine(),
            Tolerance.of("fp32", "onnx", model.embedder().pipeline()),
            Progress.SILENT);
    return verification.published(
        new PublishedAnswers("example/model", "the model's README", relative, absolute, answers),
        0);
  }

  @Test
  void aPublishedNumberWithinItsToleranceIsATestimony() {
    assertThat(verify(cosine() + 0.0009, 0, 0.001))
        .isInstanceOfSatisfying(
            Testimony.Similarities.class,
            published -> {
              assertThat(published.witness()).isEqualTo("published");
              assertThat(published.source()).isEqualTo("the model's README");
              assertThat(published.pairs()).isEqualTo(1);
              assertThat(published.maxAbs()).isBetween(0.00089, 0.00091);
            });
  }

  @Test
  void aRelativeToleranceIsAShareOfThePublishedNumber() {
    double published = cosine() * 1.009;

    assertThat(verify(published, 0.01, 0)).isInstanceOf(Testimony.Similarities.class);
    assertThatThrownBy(() -> verify(published, 0.008, 0)).isInstanceOf(Problem.class);
  }

  @Test
  void aPlantedWrongNumberIsAFailure() {
    double planted = cosine() + 0.002;

    assertThatThrownBy(() -> verify(planted, 0, 0.001))
        .isInstanceOf(Problem.class)
        .hasMessage(
            "FAIL: \"The cat sat.\" and \"A dog ran.\" have cosine %.5f, published is %.5f ± 0.00100.\n"
                    .formatted(cosine(), planted)
                + "The published answers of example/model (the model's README) are not met.\n"
                + "Check that the checkpoint is the published one.");
  }

  @Test
  void aPublishedNumberThatIsNoNumberIsAFailure() {
    assertThatThrownBy(() -> verify(Double.NaN, 0, 1)).isInstanceOf(Problem.class);
  }
}
