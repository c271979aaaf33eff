package dev.embark.source;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/// The one way to open a file of a model: inside its folder, whatever the file's name or a symbolic
/// link says.
///
/// Snapshots of the hub cache consist of links; those may lead into the `blobs` of their own
/// repository, and from there into the store that newer versions of `huggingface_hub` share between
/// repositories (`<cache>/blobs/<2 hex>/<64 hex>`, marked by a file).
public final class ModelFolder {
  private static final String SHARED_STORE_MARK = ".huggingface-shared-blobs";
  private static final Pattern SHARED_BLOB = Pattern.compile("[0-9a-f]{2}/[0-9a-f]{64}");
  private static final String POINTER_START = "version https://git-lfs";
  private static final int POINTER_BYTES_MAX = 1024;

  private ModelFolder() {}

  /// Returns the existing file `relative` of the model in `root`.
  ///
  /// Throws a [Problem] where the name or a link leads out of the folder, and where there is no
  /// such file.
  public static Path resolve(Path root, String relative) {
    return find(root, relative).orElseThrow(() -> missing(root, relative));
  }

  /// Returns the problem that a model lacks the file `relative`.
  public static Problem missing(Path root, String relative) {
    return new Problem(
        Category.BAD_INPUT,
        "The model in " + root + " has no file " + relative + ".",
        "",
        "Check that the folder is complete, or fetch the model again.");
  }

  /// Returns the file `relative` of the model in `root`, if it exists.
  ///
  /// Throws a [Problem] where the name or a link leads out of the folder.
  public static Optional<Path> find(Path root, String relative) {
    if (!RelativeName.isSafe(relative)) {
      throw new Problem(
          Category.BAD_INPUT,
          "\"" + relative + "\" is not the name of a file inside " + root + ".",
          "Names with \"..\", absolute paths and backslashes would lead out of the model.",
          "Take the model from a source you trust.");
    }
    var file = root.resolve(relative);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      var realRoot = root.toRealPath();
      var realFile = file.toRealPath();
      if (realFile.startsWith(realRoot) || isBlobOf(realRoot, realFile)) {
        return Optional.of(file);
      }
      throw new Problem(
          Category.BAD_INPUT,
          file + " is a link out of the model's folder, to " + realFile + ".",
          "A model may only read its own files.",
          "Copy the file into the folder if you trust it.");
    } catch (IOException e) {
      throw new Problem(Category.BAD_INPUT, "Cannot read " + file + ".", Reasons.of(e), "", e);
    }
  }

  private static boolean isBlobOf(Path realRoot, Path realFile) {
    for (var at = realRoot; at != null && at.getParent() != null; at = at.getParent()) {
      var repository = at.getParent();
      if (at.endsWith("snapshots") && isRepository(repository)) {
        return realFile.startsWith(repository.resolve("blobs"))
            || isShared(repository.resolveSibling("blobs"), realFile);
      }
    }
    return false;
  }

  private static boolean isRepository(Path folder) {
    var name = folder.getFileName();
    return name != null && name.toString().startsWith("models--");
  }

  private static boolean isShared(Path store, Path realFile) {
    return realFile.startsWith(store)
        && Files.isRegularFile(store.resolve(SHARED_STORE_MARK))
        && SHARED_BLOB.matcher(store.relativize(realFile).toString().replace('\\', '/')).matches();
  }

  /// Refuses a Git LFS pointer: the few lines that a clone without Git LFS leaves in place of a
  /// large file.
  public static void refuseLfsPointer(Path file) {
    try {
      if (Files.size(file) > POINTER_BYTES_MAX) {
        return;
      }
      var text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
      if (text.startsWith(POINTER_START)) {
        throw new Problem(
            Category.BAD_INPUT,
            file + " is a Git LFS pointer of " + text.length() + " bytes, not the file itself.",
            "The repository was cloned without Git LFS, which keeps large files elsewhere.",
            "Run `git lfs pull` in the clone, or name the model as owner/name.");
      }
    } catch (IOException e) {
      throw new Problem(Category.BAD_INPUT, "Cannot read " + file + ".", Reasons.of(e), "", e);
    }
  }
}
