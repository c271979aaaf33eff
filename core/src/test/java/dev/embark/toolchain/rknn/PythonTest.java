package dev.embark.toolchain.rknn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the stand-ins are scripts for sh")
final class PythonTest {
  @TempDir Path folder;

  private Map<String, String> named(String script) throws IOException {
    var program = Files.writeString(folder.resolve("python"), "#!/bin/sh\n" + script + "\n");
    if (!program.toFile().setExecutable(true)) {
      throw new IOException(program + " cannot be made executable");
    }
    return Map.of("EMBARK_PYTHON", program.toString());
  }

  @Test
  void whatAShimComplainsOfIsNoAnswer() throws IOException {
    var python = named("echo 'warning: cannot change locale' >&2; echo '3.11 /usr/bin/python3.11'");
    assertThat(Python.find(python)).isEqualTo(Path.of("/usr/bin/python3.11"));
  }

  @Test
  void anotherVersionIsNotTaken() throws IOException {
    var python = named("echo '3.12 /usr/bin/python3.12'");
    assertThatThrownBy(() -> Python.find(python))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.UNAVAILABLE))
        .hasMessageContaining("no Python 3.11");
  }
}
