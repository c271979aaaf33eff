package dev.embark.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TextRulesTest {
  private static final Repository OURS = Repository.ours();

  @TempDir private Path folder;

  @Test
  void noFileKnowsTheMachineItWasWrittenOn() {
    assertThat(TextRules.tracesOfAMachine(OURS)).isEmpty();
  }

  @Test
  void noFileHoldsAMarkOfUnfinishedWork() {
    assertThat(TextRules.marksOfUnfinishedWork(OURS)).isEmpty();
  }

  // "@" stands for what is left out here, so that this file does not break the rule it tests.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "see /wo@rk/x",
        "cp -r /ro@ot/a b",
        "/ho@me/ann/x",
        "https://repo.maven.apache.o@rg/"
      })
  void aTraceOfAMachineIsFound(String line) throws IOException {
    assertThat(TextRules.tracesOfAMachine(planted(line))).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"// TO@DO later", "FIX@ME", "# XX@X"})
  void aMarkOfUnfinishedWorkIsFound(String line) throws IOException {
    assertThat(TextRules.marksOfUnfinishedWork(planted(line))).hasSize(1);
  }

  @Test
  void ordinaryTextIsFine() throws IOException {
    var repository = planted("$root/cli/, a/work/b, at home/x, work/, mastodon");

    assertThat(TextRules.tracesOfAMachine(repository)).isEmpty();
    assertThat(TextRules.marksOfUnfinishedWork(repository)).isEmpty();
  }

  private Repository planted(String line) throws IOException {
    Files.writeString(folder.resolve("a.txt"), line.replace("@", "") + "\n");
    return Repository.at(folder);
  }
}
