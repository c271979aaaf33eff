package dev.embark.verify;

import dev.embark.backend.Backend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What decides which instructions compute a vector: the processor and the native runtime.
final class Machine {
  private static final Path LINUX_PROCESSORS = Path.of("/proc/cpuinfo");

  private Machine() {}

  /// Returns words that change when processor or runtime do.
  static String describe(Backend backend) {
    return String.join(
        " ",
        System.getProperty("os.name", ""),
        System.getProperty("os.arch", ""),
        processor(LINUX_PROCESSORS),
        backend.name(),
        backend.version());
  }

  /// Returns a digest of model and features of all processors, where the system tells them.
  static String processor(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      var facts = new TreeSet<String>();
      lines.filter(Machine::isFact).forEach(facts::add);
      return "processor-" + digest(String.join("\n", facts));
    } catch (IOException _) {
      // Elsewhere the architecture has to do; a moved disk is then proven by its old machine.
      return "processor-" + System.getenv().getOrDefault("PROCESSOR_IDENTIFIER", "unknown");
    }
  }

  /// Clock rates and the like change from moment to moment.
  private static boolean isFact(String line) {
    String key = line.substring(0, Math.max(0, line.indexOf(':'))).strip().toLowerCase(Locale.ROOT);
    return switch (key) {
      case "model name", "cpu family", "model", "stepping", "flags" -> true;
      case "cpu implementer", "cpu variant", "cpu part", "cpu revision", "features" -> true;
      default -> false;
    };
  }

  private static String digest(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
