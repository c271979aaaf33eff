package dev.embark.format;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/// Files of a model as they are read: mapped into memory, and only from the model's own folder.
public final class ModelFile {
  /// How a file starts that Git LFS left in the place of the real one
  /// ([specification](https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md)).
  private static final byte[] LFS_POINTER =
      "version https://git-lfs.github.com/spec/".getBytes(StandardCharsets.US_ASCII);

  private ModelFile() {}

  /// Maps a whole file of any size, read-only; the memory is released with `arena`.
  public static MemorySegment map(Path file, Arena arena) {
    if (!Files.isRegularFile(file)) {
      throw new Problem(
          Category.BAD_INPUT,
          file + (Files.exists(file) ? " is not a file." : " does not exist."),
          "",
          "Check the path, or fetch the model again.");
    }
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var bytes = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
      refuseLfsPointer(file, bytes);
      return bytes;
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT,
          "Cannot read " + file + ".",
          String.valueOf(e.getMessage()),
          "Check that you may read it and that the disk is sound.",
          e);
    }
  }

  private static void refuseLfsPointer(Path file, MemorySegment bytes) {
    if (bytes.byteSize() < LFS_POINTER.length) {
      return;
    }
    var start = bytes.asSlice(0, LFS_POINTER.length).toArray(ValueLayout.JAVA_BYTE);
    if (Arrays.equals(start, LFS_POINTER)) {
      throw new Problem(
          Category.BAD_INPUT,
          file + " is a Git LFS pointer of " + bytes.byteSize() + " bytes, not the file itself.",
          "The repository was cloned without Git LFS.",
          "Run `git lfs pull` in the clone, or let Embark fetch the model from the hub.");
    }
  }

  /// Returns the file that `referrer`, a file of a model, calls `name`: a path relative to its
  /// folder that may not leave it. It is relative where `referrer` is.
  ///
  /// A link out of the folder is followed in one case only: from `snapshots/<revision>/` into
  /// `blobs/` of the same repository in the hub's cache, where every file is such a link.
  public static Path beside(Path referrer, String name) {
    var folder = referrer.toAbsolutePath().normalize().getParent();
    var path = relative(referrer, name);
    if (folder == null
        || path.isAbsolute()
        || !folder.resolve(path).normalize().startsWith(folder)) {
      throw outside(
          referrer, name, "Its path leaves the folder of " + referrer.getFileName() + ".");
    }
    var file = folder.resolve(path).normalize();
    if (!Files.isRegularFile(file)) {
      throw new Problem(
          Category.BAD_INPUT,
          referrer + " refers to \"" + name + "\", which does not exist.",
          "The model is incomplete: " + file + " is missing.",
          "Fetch the model again, or put the file there.");
    }
    try {
      var real = file.toRealPath();
      if (!real.startsWith(folder.toRealPath()) && !isBlobOf(folder, real)) {
        throw outside(referrer, name, "It is a link to " + real + ".");
      }
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT, "Cannot read " + file + ".", String.valueOf(e.getMessage()), "", e);
    }
    return referrer.resolveSibling(path);
  }

  private static Path relative(Path referrer, String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw outside(referrer, name, "That is not a path: " + e.getReason() + ".");
    }
  }

  private static boolean isBlobOf(Path folder, Path real) throws IOException {
    for (var at = folder; at != null; at = at.getParent()) {
      var snapshots = at.getParent();
      if (snapshots != null && snapshots.endsWith("snapshots")) {
        var blobs = snapshots.resolveSibling("blobs");
        return Files.isDirectory(blobs) && real.startsWith(blobs.toRealPath());
      }
    }
    return false;
  }

  private static Problem outside(Path referrer, String name, String why) {
    return new Problem(
        Category.BAD_INPUT,
        referrer + " refers to \"" + name + "\", which is outside the model's folder.",
        why,
        "Do not use this file unless you trust it; put the file it needs into its own folder.");
  }
}
