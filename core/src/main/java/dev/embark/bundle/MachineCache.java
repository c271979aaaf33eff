package dev.embark.bundle;

import java.nio.file.Path;
import java.util.Map;

/// Where Embark keeps what belongs to this machine and can be made again: `$XDG_CACHE_HOME/embark`,
/// else `~/.cache/embark`.
public final class MachineCache {
  private MachineCache() {}

  /// Returns the folder, which need not exist, for a process with this environment.
  public static Path folder(Map<String, String> environment) {
    String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
    // The XDG specification has relative paths ignored.
    if (!cache.isEmpty() && Path.of(cache).isAbsolute()) {
      return Path.of(cache).resolve("embark");
    }
    String home = environment.getOrDefault("HOME", "");
    return Path.of(home.isEmpty() ? System.getProperty("user.home", ".") : home)
        .resolve(".cache")
        .resolve("embark");
  }
}
