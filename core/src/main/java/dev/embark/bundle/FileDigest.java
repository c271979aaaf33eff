package dev.embark.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// A file by its path inside a folder, its length in bytes and its SHA-256.
///
/// @param path relative to the folder, with `/` between names, never leaving the folder
/// @param size length in bytes
/// @param sha256 64 lower-case hexadecimal digits
public record FileDigest(String path, long size, String sha256) {
  private static final int BLOCK_BYTES = 1 << 20;

  public FileDigest {
    if (!isInside(path)) {
      throw new IllegalArgumentException("path leaves the folder: " + path);
    }
    if (size < 0 || !sha256.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("not a size and a SHA-256: " + size + ", " + sha256);
    }
  }

  /// Reads a whole file and returns its digest under its own name.
  public static FileDigest of(Path file) throws IOException {
    return of(file.resolveSibling(""), file.getFileName().toString());
  }

  /// Reads a whole file and returns its digest under the path `path`.
  public static FileDigest of(Path folder, String path) throws IOException {
    MessageDigest digest = newSha256();
    long size = update(digest, folder.resolve(path));
    return new FileDigest(path, size, HexFormat.of().formatHex(digest.digest()));
  }

  /// Reads whole files and returns the SHA-256 of their bytes one after the other.
  public static String sha256(List<Path> files) throws IOException {
    MessageDigest digest = newSha256();
    for (var file : files) {
      update(digest, file);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static long update(MessageDigest digest, Path file) throws IOException {
    long size = 0;
    try (InputStream in = Files.newInputStream(file)) {
      var block = new byte[BLOCK_BYTES];
      for (int count = in.read(block); count >= 0; count = in.read(block)) {
        digest.update(block, 0, count);
        size += count;
      }
    }
    return size;
  }

  /// Returns whether a relative path with `/` between names names something below its folder.
  public static boolean isInside(String path) {
    return !path.isEmpty()
        && path.indexOf('\\') < 0
        && path.indexOf(':') < 0
        && path.indexOf('\0') < 0
        && List.of(path.split("/", -1)).stream()
            .noneMatch(name -> name.isEmpty() || name.equals(".") || name.equals(".."));
  }

  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
