package dev.embark.target.sophon;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.target.sophon.TpuCompiler.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Compilers that go wrong, as scripts in the place of the vendor's.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the scripts are for sh")
final class TpuCompilerTest {
  @TempDir Path toolchain;
  @TempDir Path folder;

  private TpuCompiler compiler(String script) throws IOException {
    var program = toolchain.resolve("bin").resolve("tpuc-opt");
    Files.createDirectories(program.resolveSibling("."));
    Files.writeString(program, "#!/bin/sh\n" + script + "\n");
    if (!program.toFile().setExecutable(true)) {
      throw new IOException(program + " cannot be made executable");
    }
    Files.writeString(SophonTarget.text(folder, "net"), "module @net {}");
    return new TpuCompiler(toolchain, Duration.ofMinutes(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kill -9 $$ | exit code 137",
        "kill -6 $$ | exit code 134",
        "echo no space left >&2; exit 1 | no space left",
        "exit 0 | wrote no net.bmodel",
        ": > net.bmodel | wrote no net.bmodel",
        "head -c 200 /dev/zero > net.bmodel | does not begin as such files do"
      })
  void whatGoesWrongIsSaid(String script, String said) throws IOException {
    var compiler = compiler(script);
    assertThatThrownBy(() -> compiler.compile("net", "bm1684x", Mode.F16, folder))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              if (problem.category() != Category.UNSUPPORTED) {
                throw problem;
              }
            })
        .hasMessageContaining(said);
  }

  @Test
  void aCompilerThatIsNotThereIsUnavailable() {
    var compiler = new TpuCompiler(toolchain, Duration.ofMinutes(1));
    assertThatThrownBy(() -> compiler.compile("net", "bm1684x", Mode.F16, folder))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("tpuc-opt");
  }
}
