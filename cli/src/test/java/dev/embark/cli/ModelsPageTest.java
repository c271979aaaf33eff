package dev.embark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.testing.Fixture;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

final class ModelsPageTest {
  @Test
  void thePageInTheDocumentsIsWhatTheProgramPrints() throws IOException {
    var run = Capture.of(new ModelsCommand());

    assertThat(run.run("models", "--markdown")).isZero();
    assertThat(run.out())
        .describedAs("write it anew: ./embark models --markdown > docs/models.md")
        .isEqualTo(Files.readString(Fixture.testdata().resolveSibling("docs/models.md")));
  }

  @Test
  void whatWasNeverComparedSaysSo() {
    var run = Capture.of(new ModelsCommand());

    assertThat(run.run("models", "--markdown")).isZero();
    assertThat(run.out().lines().filter(line -> line.startsWith("| JinaBert ")))
        .singleElement()
        .asString()
        .contains("no original was compared");
  }
}
