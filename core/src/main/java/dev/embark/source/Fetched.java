package dev.embark.source;

import java.nio.file.Path;
import java.util.List;

/// A model that lies on this machine.
///
/// `revision` is what the reference stood for when it was fetched: a commit, a version, or the
/// empty string for local files. `files` exist, are relative to `root`, and are sorted.
public record Fetched(ModelReference reference, String revision, Path root, List<Path> files) {
  public Fetched {
    files = files.stream().sorted().toList();
  }
}
