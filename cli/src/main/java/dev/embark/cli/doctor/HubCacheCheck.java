package dev.embark.cli.doctor;

import dev.embark.source.SourceSettings;
import java.nio.file.Path;

/// The cache of `huggingface_hub`, which Embark shares: models that are there are not fetched
/// again.
final class HubCacheCheck implements Check {
  @Override
  public Finding examine(Host host) {
    var home = Path.of(host.property("user.home"));
    var folder = new SourceSettings(host.environment(), home).hubCache();
    return Finding.ok("Hub cache", folder + ", " + FolderSize.of(folder));
  }
}
