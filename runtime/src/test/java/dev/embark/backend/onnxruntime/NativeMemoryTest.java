package dev.embark.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.backend.Executable;
import dev.embark.backend.TinyModel;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class NativeMemoryTest {
  /// Sound runs grow by less than 1 MB, on a machine under load by 5 because the JVM compiles late;
  /// runs that forget to close their tensors grow by 20.
  private static final long GROWTH_BYTES_MAX = 10L << 20;

  @TempDir Path folder;

  @Test
  @EnabledOnOs(OS.LINUX)
  void twentyThousandRunsOfManyShapesKeepNoMemory() throws Exception {
    var process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    // All of the heap is there from the start, so what grows is native.
                    "-Xms64m",
                    "-Xmx64m",
                    "-XX:+AlwaysPreTouch",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Runner.class.getName(),
                    folder.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(Long.parseLong(out.readLine())).isLessThan(GROWTH_BYTES_MAX);
    }
    assertThat(process.waitFor()).isZero();
  }

  /// Runs the model on up to 64 texts of up to 100 tokens and prints by how many bytes the process
  /// has grown.
  static final class Runner {
    private static final int TEXTS_MAX = 64;
    private static final int LENGTH_MAX = 100;
    private static final int WARM_UP_RUNS = 4_000;
    private static final int RUNS = 20_000;

    private final Executable executable;
    private final MemorySegment tokens;
    private final MemorySegment vectors;

    private Runner(Executable executable, Arena arena) {
      this.executable = executable;
      this.tokens = arena.allocate((long) TEXTS_MAX * LENGTH_MAX * Long.BYTES, Long.BYTES);
      this.vectors = arena.allocate((long) TEXTS_MAX * TinyModel.HIDDEN * Float.BYTES, Long.BYTES);
    }

    public static void main(String[] arguments) throws IOException {
      Path folder = Path.of(arguments[0]);
      Path file = folder.resolve("model.onnx");
      new TinyModel(8).write(file);
      try (var executable = OnnxRuntimeBackend.load(folder).open(file);
          var arena = Arena.ofConfined()) {
        var runner = new Runner(executable, arena);
        runner.run(WARM_UP_RUNS);
        long before = anonymousBytes();
        runner.run(RUNS);
        System.out.println(anonymousBytes() - before);
      }
    }

    private void run(int runs) {
      for (int run = 0; run < runs; run++) {
        int texts = 1 + run % TEXTS_MAX;
        int length = 1 + run % LENGTH_MAX;
        var ids =
            new Tensor(
                ElementType.I64,
                Shape.of(texts, length),
                tokens.asSlice(0, (long) texts * length * Long.BYTES));
        var embeddings =
            new Tensor(
                ElementType.F32,
                Shape.of(texts, TinyModel.HIDDEN),
                vectors.asSlice(0, (long) texts * TinyModel.HIDDEN * Float.BYTES));
        executable.run(
            Map.of("input_ids", ids, "attention_mask", ids, "token_type_ids", ids),
            Map.of("sentence_embedding", embeddings));
      }
    }

    private static long anonymousBytes() throws IOException {
      String line =
          Files.readAllLines(Path.of("/proc/self/status")).stream()
              .filter(text -> text.startsWith("RssAnon:"))
              .findFirst()
              .orElseThrow();
      return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }
  }
}
