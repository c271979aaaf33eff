package dev.embark.source;

import java.io.IOException;

/// The disk failed, not the network.
final class StorageException extends IOException {
  private static final long serialVersionUID = 1;

  StorageException(IOException cause) {
    super(Reasons.of(cause), cause);
  }
}
