package dev.embark.toolchain.rknn;

import static java.util.Objects.requireNonNull;

import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.process.Companion;
import dev.embark.process.FolderTree;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Rockchip's compiler and simulator, as they are installed.
///
/// @param folder where its modules lie
/// @param limit after which a build is stopped, however large the model
public record RknnToolkit(Path folder, Duration limit) {
  /// What the toolkit needs at its peak, as a multiple of the model's size, for large models.
  private static final int MEMORY_PER_BYTE = 9;

  private static final long MEMORY_MIN = 1L << 30;

  /// Of any build, and for each so many bytes of a model a second more: three times what a model of
  /// 600 million parameters was measured to take. A build that loops is not waited for.
  private static final Duration LIMIT_MIN = Duration.ofMinutes(3);

  private static final long BYTES_PER_SECOND = 2_000_000;
  private static final Duration LIMIT_MAX = Duration.ofHours(1);
  private static final Path MEMORY = Path.of("/proc/meminfo");

  /// A model to be built.
  ///
  /// @param onnx of fixed shapes, in 32-bit floats
  /// @param chip such as `rk3588`
  /// @param mark text that the file carries, at most 1,023 bytes
  /// @param target file to be written; where there is none, the model is for the simulator only
  /// @param inputs sizes of each input for the simulator, none where nothing is to be simulated
  public record Job(
      Path onnx, String chip, String mark, Optional<Path> target, List<List<Long>> inputs) {
    public Job {
      inputs = List.copyOf(inputs);
    }
  }

  /// Returns the toolkit in a folder, with the limit of the largest models.
  public static RknnToolkit in(Path folder) {
    return new RknnToolkit(folder, LIMIT_MAX);
  }

  /// Builds a model; the caller closes what is returned, in which the simulator runs until then.
  ///
  /// Throws a `Problem`: `UNAVAILABLE` where the toolkit does not run, has too little memory or
  /// takes too long, `UNSUPPORTED` where it refuses the model.
  public RknnBuild build(Job job) {
    var python = Python.find(System.getenv());
    long size = size(job.onnx());
    long memory = memory(size);
    var work = workFolder(job, memory);
    var companion =
        Companion.start(
            "Rockchip's toolkit",
            List.of(
                python.toString(),
                "-s",
                work.resolve("driver.py").toString(),
                work.resolve("job.json").toString()),
            work,
            environment(work));
    var build = new RknnBuild(companion);
    try {
      var patience = LIMIT_MIN.plusSeconds(size / BYTES_PER_SECOND);
      build.await(patience.compareTo(limit) < 0 ? patience : limit);
      return build;
    } catch (RuntimeException e) {
      companion.stop();
      throw e;
    }
  }

  private Map<String, String> environment(Path work) {
    var variables = new HashMap<String, String>();
    variables.put("PYTHONPATH", work.resolve("stand-ins") + File.pathSeparator + folder);
    variables.put("PYTHONIOENCODING", "utf-8");
    variables.put("HOME", work.toString());
    variables.put("TMPDIR", work.toString());
    variables.put("PATH", "/usr/bin:/bin");
    return variables;
  }

  private static Path workFolder(Job job, long memory) {
    try {
      var work = Files.createTempDirectory("embark-rknn").toAbsolutePath();
      try {
        copy("driver.py", work.resolve("driver.py"));
        var torch = Files.createDirectories(work.resolve("stand-ins").resolve("torch"));
        copy("torch.py", torch.resolve("__init__.py"));
        Files.writeString(work.resolve("job.json"), json(job, memory));
        return work;
      } catch (IOException e) {
        FolderTree.deleteQuietly(work);
        throw e;
      }
    } catch (IOException e) {
      throw new Problem(
          Category.UNAVAILABLE,
          "Rockchip's toolkit cannot be given its work.",
          String.valueOf(e.getMessage()),
          "Check the space left in the temporary folder.",
          e);
    }
  }

  private static void copy(String resource, Path target) throws IOException {
    try (var input = requireNonNull(RknnToolkit.class.getResourceAsStream(resource), resource)) {
      Files.copy(input, target);
    }
  }

  private static String json(Job job, long memory) {
    var document =
        Json.object()
            .put("onnx", job.onnx().toAbsolutePath().toString())
            .put("chip", job.chip())
            .put("mark", job.mark())
            .put("memory", memory);
    job.target().ifPresent(file -> document.put("out", file.toAbsolutePath().toString()));
    if (!job.inputs().isEmpty()) {
      var inputs = document.putArray("inputs");
      job.inputs().forEach(sizes -> sizes.forEach(inputs.addArray()::add));
    }
    return document.toString();
  }

  /// Returns the size of a model, with the weights that may lie beside it, in bytes.
  private static long size(Path onnx) {
    try {
      var data = onnx.resolveSibling(onnx.getFileName() + "_data");
      return Files.size(onnx) + (Files.exists(data) ? Files.size(data) : 0);
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT, "Cannot read " + onnx + ".", String.valueOf(e.getMessage()), "", e);
    }
  }

  /// Returns how much memory is left for a build; throws a `Problem` where that is too little,
  /// before the machine comes to a halt.
  private static long memory(long size) {
    try {
      long needed = Math.max(MEMORY_MIN, MEMORY_PER_BYTE * size);
      long available = available();
      if (available < needed) {
        throw new Problem(
            Category.UNAVAILABLE,
            String.format(
                Locale.ROOT,
                "Rockchip's toolkit needs about %.1f GB of memory for this model, %.1f GB are left.",
                needed / 1e9,
                available / 1e9),
            "It holds nine times the layers' weights at its peak.",
            "Convert on a larger machine, and copy the bundle.");
      }
      return available;
    } catch (IOException e) {
      throw new Problem(
          Category.UNAVAILABLE,
          "This machine does not say how much memory is left.",
          String.valueOf(e.getMessage()),
          "Convert on a Linux that has " + MEMORY + ".",
          e);
    }
  }

  private static long available() throws IOException {
    for (var line : Files.readAllLines(MEMORY, StandardCharsets.US_ASCII)) {
      if (line.startsWith("MemAvailable:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    throw new IOException(MEMORY + " does not say what is available");
  }
}
