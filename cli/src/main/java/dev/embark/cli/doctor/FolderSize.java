package dev.embark.cli.doctor;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/// The bytes of the files below a folder; links are not followed, and counting ends at a limit.
final class FolderSize extends SimpleFileVisitor<Path> {
  private static final int FILES_MAX = 100_000;

  private long bytes;
  private int files;

  private FolderSize() {}

  /// Returns the size for people, or that the folder is not there yet.
  static String of(Path folder) {
    if (!Files.isDirectory(folder)) {
      return "does not exist yet";
    }
    var size = new FolderSize();
    try {
      Files.walkFileTree(folder, size);
    } catch (IOException e) {
      return "cannot be read (" + e + ")";
    }
    return (size.files >= FILES_MAX ? "more than " : "") + ByteText.of(size.bytes);
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    bytes += attributes.isRegularFile() ? attributes.size() : 0;
    files++;
    return files >= FILES_MAX ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException failure) {
    return FileVisitResult.CONTINUE;
  }
}
