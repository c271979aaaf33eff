package dev.embark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.progress.Progress.Unit;
import org.junit.jupiter.api.Test;

final class ProgressLineTest {
  @Test
  void bytesAreShownInMegabytes() {
    assertThat(ProgressLine.of("model.safetensors", 38_100_000, 90_900_000, Unit.BYTES))
        .isEqualTo("model.safetensors  [========>           ]  41 %  38.1 of 90.9 MB");
  }

  @Test
  void theEndIsAFullBar() {
    assertThat(ProgressLine.of("texts", 8, 8, Unit.TEXTS))
        .isEqualTo("texts  [====================] 100 %  8 of 8 texts");
  }

  @Test
  void anUnknownTotalHasNoBar() {
    assertThat(ProgressLine.of("texts", 8, 0, Unit.TEXTS)).isEqualTo("texts  8 texts");
  }

  @Test
  void moreThanTheTotalIsNotMoreThanAll() {
    assertThat(ProgressLine.of("x", 9, 8, Unit.STEPS)).contains("100 %");
  }

  @Test
  void longNamesAreCutToFitEightyColumns() {
    var line = ProgressLine.of("a".repeat(200), 99_000_000_000L, 99_000_000_000L, Unit.BYTES);

    assertThat(line).startsWith("aaaaaaaaaaaaaaaaaaaaaaa...  [").hasSizeLessThanOrEqualTo(79);
  }
}
