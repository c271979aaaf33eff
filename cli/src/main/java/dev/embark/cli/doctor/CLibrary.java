package dev.embark.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Which C library a Linux system is built on: native code made for one does not load on the other.
enum CLibrary {
  GLIBC("glibc"),
  MUSL("musl");

  private final String title;

  CLibrary(String title) {
    this.title = title;
  }

  /// Returns the library of a host, told by the dynamic loader in `/lib`.
  static CLibrary of(Host host) {
    return hasMuslLoader(host.root().resolve("lib")) ? MUSL : GLIBC;
  }

  private static boolean hasMuslLoader(Path folder) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (var loaders = Files.newDirectoryStream(folder, "ld-musl-*")) {
      return loaders.iterator().hasNext();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return title;
  }
}
