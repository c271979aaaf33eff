package dev.embark.toolchain.rknn;

import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.process.Companion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// A model as the toolkit has built it, in a process of its own that can compute it.
public final class RknnBuild implements AutoCloseable {
  private static final int LINE_BYTES_MAX = 1 << 20;
  private static final int ANSWER_MAX = 1 << 28;

  private final Companion process;

  RknnBuild(Companion process) {
    this.process = process;
  }

  /// Waits for the end of the build.
  void await(Duration limit) {
    var isLate = new AtomicBoolean();
    var watch =
        Thread.ofVirtual()
            .start(() -> {
              try {
                Thread.sleep(limit);
                isLate.set(true);
                process.handle().destroyForcibly();
              } catch (InterruptedException _) {
                // It ended in time.
              }
            });
    try {
      var report = Json.parseObject(line(), "the answer of Rockchip's toolkit");
      if (!report.path("ok").asBoolean()) {
        throw refused(report.path("stage").asString(), report.path("error").asString());
      }
    } catch (IOException e) {
      throw isLate.get() ? late(limit, e) : process.gone(e);
    } finally {
      watch.interrupt();
    }
  }

  private byte[] line() throws IOException {
    var bytes = new ByteArrayOutputStream();
    while (bytes.size() < LINE_BYTES_MAX) {
      int each = process.answers().read();
      if (each < 0) {
        throw new IOException("it ended without an answer");
      }
      if (each == '\n') {
        return bytes.toByteArray();
      }
      bytes.write(each);
    }
    throw new IOException("its answer does not end");
  }

  private Problem refused(String stage, String error) {
    if (stage.equals("import") || stage.equals("limit")) {
      return new Problem(
          Category.UNAVAILABLE,
          "Rockchip's toolkit does not start.",
          error,
          "Run `embark toolchain remove rknn`, and install it again.");
    }
    if (error.startsWith("MemoryError") || error.startsWith("OSError")) {
      return new Problem(
          Category.UNAVAILABLE,
          "Rockchip's toolkit ran out of memory or space in " + stage + ".",
          error,
          "Check the memory and the temporary folder, or convert on a larger machine.");
    }
    // The toolkit puts its own trace around what it found.
    var cause = error.lines().filter(line -> !line.isBlank()).reduce("", (_, last) -> last);
    return new Problem(
        Category.UNSUPPORTED,
        "Rockchip's toolkit refuses the model in " + stage + ".",
        cause,
        "Report it with the name of the model; ONNX may work meanwhile.");
  }

  private static Problem late(Duration limit, IOException cause) {
    return new Problem(
        Category.UNAVAILABLE,
        "Rockchip's toolkit did not end within " + limit.toSeconds() + " s and was stopped.",
        "",
        "Try a shorter sequence, or a faster machine.",
        cause);
  }

  /// Returns all that the toolkit has printed so far.
  public String printed() {
    return process.printed();
  }

  /// Returns the values of the first output; throws a `Problem` of category `UNAVAILABLE` where the
  /// simulator fails or goes away.
  ///
  /// @param inputs values of each input, as many as the job says
  public synchronized float[] infer(List<float[]> inputs) {
    try {
      for (var values : inputs) {
        var bytes = new byte[Math.multiplyExact(values.length, Float.BYTES)];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
        process.requests().write(bytes);
      }
      process.requests().flush();
      var head = ByteBuffer.wrap(read(1 + Integer.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
      boolean isAnswer = head.get() == 1;
      int count = head.getInt();
      if (count < 0 || count > ANSWER_MAX) {
        throw new IOException("an answer of " + count + " values");
      }
      if (!isAnswer) {
        throw new Problem(
            Category.UNAVAILABLE,
            "Rockchip's simulator fails.",
            new String(read(count), StandardCharsets.UTF_8),
            "Try again; if it happens again, install the toolchain again.");
      }
      var values = new float[count];
      ByteBuffer.wrap(read(count * Float.BYTES))
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(values);
      return values;
    } catch (IOException e) {
      throw process.gone(e);
    }
  }

  private byte[] read(int count) throws IOException {
    var bytes = process.answers().readNBytes(count);
    if (bytes.length < count) {
      throw new IOException("its answer is cut off");
    }
    return bytes;
  }

  @Override
  public void close() {
    process.close();
  }
}
