package dev.embark.cli.doctor;

/// Operating system, processor and, on Linux, the C library.
final class PlatformCheck implements Check {
  @Override
  public Finding examine(Host host) {
    var found = host.property("os.name") + " " + host.property("os.arch");
    return Finding.ok("Platform", host.isLinux() ? found + ", " + CLibrary.of(host) : found);
  }
}
