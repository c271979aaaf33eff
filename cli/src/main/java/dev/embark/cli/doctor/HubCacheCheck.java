package dev.embark.cli.doctor;

import java.nio.file.Path;

/// The cache of `huggingface_hub`, which Embark shares: models that are there are not fetched
/// again.
final class HubCacheCheck implements Check {
  @Override
  public Finding examine(Host host) {
    var folder = folder(host);
    return Finding.ok("Hub cache", folder + ", " + FolderSize.of(folder));
  }

  private static Path folder(Host host) {
    if (!host.variable("HF_HUB_CACHE").isEmpty()) {
      return Path.of(host.variable("HF_HUB_CACHE"));
    }
    if (!host.variable("HF_HOME").isEmpty()) {
      return Path.of(host.variable("HF_HOME"), "hub");
    }
    var caches =
        host.variable("XDG_CACHE_HOME").isEmpty()
            ? host.home(".cache")
            : Path.of(host.variable("XDG_CACHE_HOME"));
    return caches.resolve("huggingface").resolve("hub");
  }
}
