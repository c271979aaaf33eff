package dev.embark.source;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// Brings one file of the hub into its cache, exactly once however many want it, from where an
/// earlier attempt was cut, and not before its digest is right.
final class BlobDownload {
  private final HubClient client;
  private final HubCache cache;
  private final Patience patience;
  private final Progress progress;

  BlobDownload(HubClient client, HubCache cache, Patience patience, Progress progress) {
    this.client = client;
    this.cache = cache;
    this.patience = patience;
    this.progress = progress;
  }

  /// Makes the snapshot have the file.
  void run(RemoteFile file) {
    try {
      cache.prepare();
      try (var _ = CacheLock.acquire(cache.lock(file.etag()), patience.lock())) {
        if (!Files.isRegularFile(cache.blob(file.etag()))) {
          fetch(file);
        }
        cache.link(file.etag(), file.commit(), file.name());
      }
    } catch (IOException e) {
      throw HubCache.unwritable(cache.folder().resolve("blobs"), e);
    }
  }

  private void fetch(RemoteFile file) throws IOException {
    var incomplete = cache.incomplete(file.etag());
    boolean resumed = Files.exists(incomplete);
    receive(file, incomplete);
    var digest = file.etag().of(incomplete);
    if (resumed && !digest.equals(file.etag().value())) {
      // The beginning came from an earlier run, which a crash may have cut inside a block.
      Files.delete(incomplete);
      receive(file, incomplete);
      digest = file.etag().of(incomplete);
    }
    if (!digest.equals(file.etag().value())) {
      Files.delete(incomplete);
      throw new Problem(
          Category.BAD_INPUT,
          file.name()
              + " of "
              + file.repository()
              + " arrived with digest "
              + digest
              + ", expected "
              + file.etag().value()
              + ".",
          "It was changed or damaged on its way; what arrived is deleted.",
          "Fetch it again; if that fails, ask who runs the mirror or proxy.");
    }
    Files.move(incomplete, cache.blob(file.etag()), StandardCopyOption.ATOMIC_MOVE);
  }

  private void receive(RemoteFile file, Path incomplete) throws IOException {
    try (var partial = PartialFile.open(incomplete, file.sizeMax());
        var task = progress.begin(file.name(), Math.max(0, file.size()), Progress.Unit.BYTES)) {
      refuseFullDisk(file, incomplete, partial.size());
      task.advance(partial.size());
      for (int index = 0; partial.size() < file.size() || !file.hasSize(); index++) {
        try {
          client.receive(file, partial, task);
          if (!file.hasSize() || partial.size() == file.size()) {
            return;
          }
          throw new IOException("the connection ended too soon");
        } catch (IOException e) {
          partial.throwFailure();
          if (index + 1 >= patience.attemptsMax()) {
            throw cut(file, partial.size(), e);
          }
          patience.pause(index);
        }
      }
    }
  }

  private static void refuseFullDisk(RemoteFile file, Path incomplete, long have)
      throws IOException {
    long room = Files.getFileStore(incomplete.getParent()).getUsableSpace();
    if (room < file.size() - have) {
      throw new Problem(
          Category.UNWRITABLE,
          file.name()
              + " has "
              + file.size()
              + " bytes, but there is room for "
              + room
              + " in "
              + incomplete.getParent()
              + ".",
          "",
          "Make room there, or name another folder in HF_HOME.");
    }
  }

  private Problem cut(RemoteFile file, long have, IOException cause) {
    return new Problem(
        Category.UNREACHABLE,
        file.name()
            + " of "
            + file.repository()
            + " was cut at "
            + have
            + (file.hasSize() ? " of " + file.size() : "")
            + " bytes, "
            + patience.attemptsMax()
            + " times.",
        Reasons.of(cause),
        "Run it again: it goes on where it stopped.",
        cause);
  }
}
