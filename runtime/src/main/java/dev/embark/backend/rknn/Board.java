package dev.embark.backend.rknn;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a board says it is.
///
/// @param chip such as `rk3588`; empty where it does not say
public record Board(Optional<String> chip) {
  private static final Path COMPATIBLE = Path.of("/proc/device-tree/compatible");
  private static final Pattern CHIP = Pattern.compile("rockchip,((?:rk|rv)[0-9a-z]+)");

  static Board ofThisMachine() {
    return of(COMPATIBLE);
  }

  /// Reads a device tree's list of names, the board's first, the chip's last.
  public static Board of(Path compatible) {
    try {
      var text = new String(Files.readAllBytes(compatible), StandardCharsets.US_ASCII);
      return new Board(
          CHIP.matcher(text).results().map(each -> each.group(1)).reduce((_, last) -> last));
    } catch (IOException _) {
      return new Board(Optional.empty());
    }
  }

  /// Throws a `Problem` of category `BAD_INPUT` where a file is for other chips.
  void requireOneOf(List<String> chips, Path file) {
    if (chip.isPresent() && chips.stream().noneMatch(each -> isFor(each, chip.get()))) {
      throw new Problem(
          Category.BAD_INPUT,
          file + " is for " + chips + ", this board has an " + chip.get() + ".",
          "Files for one chip do not run on another.",
          "Convert the model with --chip " + chip.get() + ".");
    }
  }

  /// An rk3588s is an rk3588 with fewer pins.
  private static boolean isFor(String wanted, String actual) {
    return actual.equals(wanted) || actual.equals(wanted + "s");
  }

  /// Returns how many cores its NPU has.
  static int cores(String chip) {
    return switch (chip) {
      case "rk3588" -> 3;
      case "rk3576" -> 2;
      default -> 1; // all others that there are
    };
  }
}
