package dev.embark.source;

/// A file as the hub describes it; `size` is −1 where the hub does not say.
record RemoteFile(String repository, String commit, String name, Etag etag, long size) {
  /// The largest file that is taken on trust, without a size in advance.
  private static final long UNKNOWN_SIZE_MAX = 1L << 30;

  boolean hasSize() {
    return size >= 0;
  }

  /// Returns how many bytes may arrive.
  long sizeMax() {
    return hasSize() ? size : UNKNOWN_SIZE_MAX;
  }
}
