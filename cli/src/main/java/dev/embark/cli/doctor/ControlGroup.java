package dev.embark.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// The limits that Linux control groups set to this process, version 2 and version 1
/// ([cgroups(7)](https://man7.org/linux/man-pages/man7/cgroups.7.html)).
///
/// A limit of any group above counts too; the smallest wins.
final class ControlGroup {
  private final Path groups;
  private final List<String> memberships;

  private ControlGroup(Path groups, List<String> memberships) {
    this.groups = groups;
    this.memberships = memberships;
  }

  /// Returns the groups of this process on a host; none where the system has no such thing.
  static ControlGroup of(Host host) {
    return new ControlGroup(
        host.root().resolve("sys/fs/cgroup"), lines(host.root().resolve("proc/self/cgroup")));
  }

  /// Returns how many cores' worth of time the process may use.
  OptionalDouble cores() {
    var limits = new ArrayList<Double>();
    for (var folder : folders("")) {
      var words = words(folder.resolve("cpu.max"));
      if (words.length == 2 && isNumber(words[0]) && isNumber(words[1])) {
        limits.add(Double.parseDouble(words[0]) / Double.parseDouble(words[1]));
      }
    }
    for (var folder : folders("cpu")) {
      var quota = words(folder.resolve("cpu.cfs_quota_us"));
      var period = words(folder.resolve("cpu.cfs_period_us"));
      if (quota.length == 1 && period.length == 1 && isNumber(quota[0]) && isNumber(period[0])) {
        limits.add(Double.parseDouble(quota[0]) / Double.parseDouble(period[0]));
      }
    }
    return limits.stream().mapToDouble(Double::doubleValue).min();
  }

  /// Returns how many bytes of memory the process may use.
  OptionalLong memoryBytes() {
    var files = new ArrayList<Path>();
    folders("").forEach(folder -> files.add(folder.resolve("memory.max")));
    folders("memory").forEach(folder -> files.add(folder.resolve("memory.limit_in_bytes")));
    return files.stream()
        .map(ControlGroup::words)
        .filter(words -> words.length == 1 && isNumber(words[0]))
        .mapToLong(words -> Long.parseLong(words[0]))
        .min();
  }

  /// Returns the folders of the group with this controller and of all groups above it; the
  /// controller without a name is version 2.
  private List<Path> folders(String controller) {
    var top = groups.resolve(controller);
    var folders = new ArrayList<Path>();
    for (var membership : memberships) {
      var parts = membership.split(":", 3);
      if (parts.length == 3 && List.of(parts[1].split(",")).contains(controller)) {
        folders.addAll(fromTop(top, Path.of(parts[2].replaceFirst("^/+", ""))));
      }
    }
    return folders;
  }

  private static List<Path> fromTop(Path top, Path group) {
    var folders = new ArrayList<Path>();
    folders.add(top);
    for (var name : group.normalize()) {
      folders.add(folders.getLast().resolve(name));
    }
    return folders;
  }

  /// Returns whether a file holds a limit: version 2 writes `max` for none, version 1 writes -1 or
  /// a number of 19 digits.
  private static boolean isNumber(String word) {
    return word.matches("[0-9]{1,18}");
  }

  private static String[] words(Path file) {
    return String.join(" ", lines(file)).strip().split(" +");
  }

  private static List<String> lines(Path file) {
    try {
      return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }
}
