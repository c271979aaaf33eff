package dev.embark.backend.rknn;

import dev.embark.format.rknn.RknnFile;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A copy of a bundle's file that a deployment keeps elsewhere, such as in memory or on a faster
/// disk, and loads in its place.
record Elsewhere(Optional<Path> copy) {
  /// The variable that deployments set.
  static final String VARIABLE = "RKNN_EMBEDDER_PATH";

  static Elsewhere of(Map<String, String> environment) {
    return new Elsewhere(
        Optional.ofNullable(environment.get(VARIABLE))
            .filter(text -> !text.isBlank())
            .map(text -> Path.of(text.strip())));
  }

  /// Returns the file to load. Where a bundle has several lengths, the copy stands for one of them;
  /// a copy of none of its files throws a `Problem` of category `BAD_INPUT`: it was never proven.
  Path of(Path own) {
    return copy.map(file -> placed(file, own)).orElse(own);
  }

  private static Path placed(Path copy, Path own) {
    if (isSame(copy, own)) {
      return copy;
    }
    if (siblings(own).stream().noneMatch(each -> isSame(copy, each))) {
      throw new Problem(
          Category.BAD_INPUT,
          VARIABLE + " names " + copy + ", which is no copy of " + own + ".",
          "Only the bundle's own files are proven.",
          "Copy the file out of the bundle again, or leave the variable out.");
    }
    return own;
  }

  private static boolean isSame(Path copy, Path own) {
    try {
      return Files.mismatch(copy, own) == -1;
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT,
          VARIABLE + " names " + copy + ", which cannot be read.",
          String.valueOf(e.getMessage()),
          "Copy the file out of the bundle, or leave the variable out.",
          e);
    }
  }

  private static List<Path> siblings(Path own) {
    try (var files = Files.list(own.resolveSibling("."))) {
      return files.filter(file -> file.toString().endsWith(RknnFile.EXTENSION)).toList();
    } catch (IOException _) {
      return List.of();
    }
  }
}
