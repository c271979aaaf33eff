package dev.embark.cli.doctor;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/// How much memory the process may use; the JVM counts a cgroup's limit as the size of the machine.
final class MemoryCheck implements Check {
  @Override
  public Finding examine(Host host) {
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    var found =
        ByteText.of(system.getTotalMemorySize())
            + " of which "
            + ByteText.of(system.getFreeMemorySize())
            + " are free; Java heap at most "
            + ByteText.of(Runtime.getRuntime().maxMemory());
    var limit = ControlGroup.of(host).memoryBytes();
    return Finding.ok(
        "Memory",
        limit.isPresent()
            ? found + "; limited to " + ByteText.of(limit.getAsLong()) + " by a cgroup"
            : found + "; no cgroup limit");
  }
}
