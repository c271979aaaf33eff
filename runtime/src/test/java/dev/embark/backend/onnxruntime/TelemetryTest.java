package dev.embark.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

final class TelemetryTest {
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void nativeCodeSeesTheVariableWhereTheLauncherDidNotSetIt() throws Exception {
    var command =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Reader.class.getName()));
    command.environment().remove(Telemetry.VARIABLE);
    var process = command.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isEqualTo("1");
    }
    assertThat(process.waitFor()).isZero();
  }

  /// Prints the variable as native code sees it.
  static final class Reader {
    private Reader() {}

    @SuppressWarnings("restricted")
    public static void main(String[] arguments) throws Throwable {
      Telemetry.forbid();
      var linker = Linker.nativeLinker();
      var getenv =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("getenv"),
              FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
      try (var arena = Arena.ofConfined()) {
        var value = (MemorySegment) getenv.invokeExact(arena.allocateFrom(Telemetry.VARIABLE));
        System.out.println(value.reinterpret(2).getString(0));
      }
    }
  }
}
