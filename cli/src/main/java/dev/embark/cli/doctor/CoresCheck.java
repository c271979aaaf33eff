package dev.embark.cli.doctor;

import java.util.Locale;

/// How many cores the process may use: the number of concurrent runs of a model.
final class CoresCheck implements Check {
  @Override
  public Finding examine(Host host) {
    var found = Runtime.getRuntime().availableProcessors() + " available";
    var quota = ControlGroup.of(host).cores();
    return Finding.ok(
        "Cores",
        quota.isPresent()
            ? String.format(
                Locale.ROOT, "%s, limited to %.2f by a cgroup", found, quota.getAsDouble())
            : found + ", no cgroup limit");
  }
}
