package dev.embark.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// What Linux says of a process's memory, in MB; zero where it says nothing.
///
/// @param peak most resident memory so far, mapped files included
/// @param anonymous resident memory now that belongs to no file
record ProcessMemory(double peak, double anonymous) {
  private static final double KIB_PER_MB = 1e6 / 1024;

  static ProcessMemory ofSelf() {
    return of("self");
  }

  static ProcessMemory of(long process) {
    return of(Long.toString(process));
  }

  private static ProcessMemory of(String process) {
    try {
      var status = Files.readString(Path.of("/proc", process, "status"), StandardCharsets.UTF_8);
      return new ProcessMemory(field(status, "VmHWM:"), field(status, "RssAnon:"));
    } catch (IOException _) {
      return new ProcessMemory(0, 0);
    }
  }

  private static double field(String status, String name) {
    return status
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> Arrays.asList(line.substring(name.length()).strip().split(" ", 2)))
        .mapToDouble(words -> Long.parseLong(words.getFirst()) / KIB_PER_MB)
        .findFirst()
        .orElse(0);
  }
}
