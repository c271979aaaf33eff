package dev.embark.cli.doctor;

import dev.embark.bundle.MachineCache;

/// The folder of what Embark made for this machine; it may be deleted at any time.
final class MachineCacheCheck implements Check {
  @Override
  public Finding examine(Host host) {
    var folder = MachineCache.folder(host.environment());
    return Finding.ok("Embark cache", folder + ", " + FolderSize.of(folder));
  }
}
