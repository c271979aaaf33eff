package dev.embark.toolchain;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.toolchain.Toolchain.Wheel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Wheels that somebody has fetched already.
final class LocalWheels {
  private LocalWheels() {}

  /// Returns a file for each wheel; throws a `Problem` of category `WRONG_USAGE` where one is
  /// missing.
  static Map<Wheel, Path> of(Toolchain toolchain, List<Path> given) {
    var files = new ArrayList<Path>();
    given.forEach(path -> files.addAll(files(path)));
    if (toolchain.wheels().size() == 1 && files.size() == 1) {
      // Under any name: its digest says what it is.
      return Map.of(toolchain.wheels().getFirst(), files.getFirst());
    }
    var found = new HashMap<Wheel, Path>();
    for (var wheel : toolchain.wheels()) {
      var file =
          files.stream()
              .filter(each -> each.getFileName().toString().equals(wheel.file()))
              .findFirst()
              .orElseThrow(() -> missing(toolchain, wheel, given));
      found.put(wheel, file);
    }
    return found;
  }

  private static List<Path> files(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (var all = Files.list(path)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT,
          "Cannot read " + path + ".",
          String.valueOf(e.getMessage()),
          "Check the permissions there.",
          e);
    }
  }

  private static Problem missing(Toolchain toolchain, Wheel wheel, List<Path> given) {
    return new Problem(
        Category.WRONG_USAGE,
        "There is no " + wheel.file() + " among " + given + ".",
        "The toolchain "
            + toolchain.name()
            + " is made of "
            + toolchain.wheels().size()
            + " wheels of fixed versions.",
        "Give --wheel a folder that holds them all, or leave it out to have them fetched.");
  }
}
