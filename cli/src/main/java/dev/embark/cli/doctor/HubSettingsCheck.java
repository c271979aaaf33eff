package dev.embark.cli.doctor;

import java.util.ArrayList;

/// The environment variables that say where models come from; the token is never shown.
final class HubSettingsCheck implements Check {
  private static final String[] SHOWN = {
    "HF_ENDPOINT", "HF_HOME", "HF_HUB_CACHE", "HF_HUB_OFFLINE"
  };

  @Override
  public Finding examine(Host host) {
    var settings = new ArrayList<String>();
    for (var name : SHOWN) {
      if (!host.variable(name).isEmpty()) {
        settings.add(name + "=" + host.variable(name));
      }
    }
    settings.add(host.variable("HF_TOKEN").isEmpty() ? "HF_TOKEN not set" : "HF_TOKEN set");
    return Finding.ok("Hub settings", String.join(", ", settings));
  }
}
