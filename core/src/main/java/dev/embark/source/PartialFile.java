package dev.embark.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The part of a file that has arrived, on disk, ready to grow.
///
/// Bytes come from threads of the HTTP client, so every method is guarded; after `close` late bytes
/// of a connection given up are ignored.
final class PartialFile implements AutoCloseable {
  private final FileChannel channel;
  private final long sizeMax;
  private long size;
  private long sizeSeen;
  private boolean closed;
  private @Nullable IOException failure;

  private PartialFile(FileChannel channel, long size, long sizeMax) {
    this.channel = channel;
    this.size = size;
    this.sizeSeen = size;
    this.sizeMax = sizeMax;
  }

  /// Opens or creates the file; what it holds beyond `sizeMax` bytes can only be wrong and makes it
  /// start anew.
  static PartialFile open(Path file, long sizeMax) throws IOException {
    var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    var partial = new PartialFile(channel, channel.size(), sizeMax);
    if (partial.size > sizeMax) {
      partial.restart();
    }
    return partial;
  }

  synchronized long size() {
    return size;
  }

  /// Throws the failure of the disk, if there was one: the client reports it as one of its own.
  synchronized void throwFailure() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  /// Throws away what has arrived.
  synchronized void restart() throws IOException {
    try {
      channel.truncate(0);
      size = 0;
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  /// Appends bytes and returns by how many the file is longer than it ever was, which is progress
  /// even where a server made it start anew.
  synchronized long append(List<ByteBuffer> bytes) throws IOException {
    if (closed) {
      return 0;
    }
    for (var part : bytes) {
      if (size + part.remaining() > sizeMax) {
        throw new IOException("more than the " + sizeMax + " bytes announced arrived");
      }
      write(part);
    }
    long more = Math.max(0, size - sizeSeen);
    sizeSeen += more;
    return more;
  }

  private void write(ByteBuffer part) throws IOException {
    try {
      while (part.hasRemaining()) {
        size += channel.write(part, size);
      }
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    channel.close();
  }
}
