package dev.embark.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/// What the hub calls a file's content, and the cache its blob: the SHA-256 of a file in Git LFS
/// (64 hexadecimal digits), the Git blob id of any other (40: SHA-1 of `blob <size>\0` and the
/// content).
///
/// Mirrors may use other tags; those name the blob, but prove nothing.
record Etag(String value) {
  private static final Pattern USABLE = Pattern.compile("[0-9A-Za-z_][0-9A-Za-z_.-]{0,127}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern GIT_BLOB = Pattern.compile("[0-9a-f]{40}");
  private static final int BLOCK_BYTES = 1 << 16;

  /// Reads a header such as `"abc"` or `W/"abc"`; empty where it could not name a file.
  static Optional<Etag> parse(String header) {
    var text = header.startsWith("W/") ? header.substring(2) : header;
    if (text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")) {
      text = text.substring(1, text.length() - 1);
    }
    return USABLE.matcher(text).matches() ? Optional.of(new Etag(text)) : Optional.empty();
  }

  /// Returns the digest of the file, in the kind of this tag; where the tag is no digest, the tag.
  String of(Path file) throws IOException {
    if (SHA256.matcher(value).matches()) {
      return digest(file, newDigest("SHA-256"));
    }
    if (GIT_BLOB.matcher(value).matches()) {
      var sha1 = newDigest("SHA-1");
      sha1.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
      return digest(file, sha1);
    }
    return value;
  }

  private static String digest(Path file, MessageDigest digest) throws IOException {
    try (var in = Files.newInputStream(file)) {
      var block = new byte[BLOCK_BYTES];
      for (int count = in.read(block); count >= 0; count = in.read(block)) {
        digest.update(block, 0, count);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest newDigest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + algorithm, e);
    }
  }
}
