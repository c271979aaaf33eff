package dev.embark.cli.doctor;

import java.util.List;

/// Every check, in the order in which they are shown.
public final class Checks {
  private Checks() {}

  public static List<Check> all() {
    return List.of(
        new JdkCheck(),
        new PlatformCheck(),
        new OnnxRuntimeCheck(),
        new CoresCheck(),
        new MemoryCheck(),
        new TemporaryFolderCheck(),
        new HubCacheCheck(),
        new MavenRepositoryCheck(),
        new HubSettingsCheck(),
        new MavenCheck());
  }
}
