package dev.embark.source;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.source.ModelReference.Folder;
import dev.embark.source.ModelReference.OnnxFile;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Models that lie on this machine already: nothing is copied, changed or fetched.
final class LocalFiles {
  private static final int FILES_MAX = 20_000;
  private static final int DEPTH_MAX = 4;

  private LocalFiles() {}

  /// Lists a folder, hidden files and folders left out. Links are listed if they lead to a file;
  /// whether they lead out of the folder is asked by [ModelFolder] when they are opened.
  static Fetched list(Folder folder) {
    var root = folder.path();
    var lister = new Lister(root);
    try {
      Files.walkFileTree(root, Set.<FileVisitOption>of(), DEPTH_MAX, lister);
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT, "Cannot read the folder " + root + ".", Reasons.of(e), "", e);
    }
    return new Fetched(folder, "", root, lister.files);
  }

  private static final class Lister extends SimpleFileVisitor<Path> {
    private final Path root;
    private final List<Path> files = new ArrayList<>();

    Lister(Path root) {
      this.root = root;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return !folder.equals(root) && isHidden(folder)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (!isHidden(file) && Files.isRegularFile(file)) {
        if (files.size() == FILES_MAX) {
          throw new Problem(
              Category.BAD_INPUT,
              root + " has more than " + FILES_MAX + " files.",
              "A model has a few dozen.",
              "Name the folder of the model itself.");
        }
        files.add(root.relativize(file));
      }
      return FileVisitResult.CONTINUE;
    }

    private static boolean isHidden(Path path) {
      return path.getFileName().toString().startsWith(".");
    }
  }

  /// Lists an ONNX file with its external data and the configuration and tokenizer beside it.
  static Fetched list(OnnxFile onnx) {
    var file = onnx.path().toAbsolutePath().normalize();
    var root = file.getParent();
    var name = file.getFileName().toString();
    if (root == null || !Files.isRegularFile(file)) {
      throw new Problem(Category.BAD_INPUT, "There is no file " + onnx.path() + ".", "", "");
    }
    var chosen = new TreeSet<String>();
    chosen.add(name);
    try (Stream<Path> beside = Files.list(root)) {
      var names =
          beside
              .filter(Files::isRegularFile)
              .map(path -> path.getFileName().toString())
              .limit(FILES_MAX)
              .collect(Collectors.toSet());
      chosen.addAll(FileChoice.configuration(names, ""));
      names.stream()
          .filter(
              other -> other.endsWith("tokenizer.json") || FileChoice.isExternalData(name, other))
          .forEach(chosen::add);
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT, "Cannot read the folder " + root + ".", Reasons.of(e), "", e);
    }
    return new Fetched(onnx, "", root, chosen.stream().map(Path::of).toList());
  }
}
