package dev.embark.target.sophon;

import static org.assertj.core.api.Assertions.assertThat;
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
        "kill -9 $$ | UNAVAILABLE | stopped from outside",
        "kill -15 $$ | UNAVAILABLE | exit code 143",
        "kill -25 $$ | UNWRITABLE | ulimit -f",
        "kill -6 $$ | UNSUPPORTED | exit code 134",
        "echo no space left >&2; exit 1 | UNSUPPORTED | no space left",
        "exit 0 | UNSUPPORTED | wrote no net.bmodel",
        ": > net.bmodel | UNSUPPORTED | wrote no net.bmodel",
        "head -c 200 /dev/zero > net.bmodel | UNSUPPORTED | does not begin as such files do"
      })
  void whatGoesWrongIsSaid(String script, Category category, String said) throws IOException {
    var compiler = compiler(script);
    assertThatThrownBy(() -> compiler.compile("net", "bm1684x", Mode.F16, folder))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.category()).isEqualTo(category))
        .hasMessageContaining(said);
  }

  @Test
  void theNoiseOfAGoodRunIsLeftOut() throws IOException {
    var compiler =
        compiler("echo '[0] [DBG] used_size=1'; echo '[###   ] 20%'; echo 'error: bad'; exit 1");
    assertThatThrownBy(() -> compiler.compile("net", "bm1684x", Mode.F16, folder))
        .hasMessageContaining("error: bad")
        .hasMessageNotContainingAny("DBG", "20%");
  }

  @Test
  void aCompilerThatIsNotThereIsUnavailable() {
    var compiler = new TpuCompiler(toolchain, Duration.ofMinutes(1));
    assertThatThrownBy(() -> compiler.compile("net", "bm1684x", Mode.F16, folder))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("tpuc-opt");
  }
}
