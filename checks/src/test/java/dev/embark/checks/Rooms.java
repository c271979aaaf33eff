package dev.embark.checks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The plan of the house: which package may use which.
///
/// Modules are floors, packages are rooms. A room may use the rooms of the floors below its own,
/// and on its own floor the rooms on the lines above its line. Rooms on one line do not see each
/// other, except that a room may use the one it lies in, as `target.onnx` lies in `target`.
final class Rooms {
  private static final String ROOT = "dev.embark";

  /// Each line is a step of the journey; `x.*` stands for every package directly below `x`.
  private static final List<Floor> PLAN =
      List.of(
          new Floor(
              "core",
              Set.of(),
              List.of(
                  Set.of("problem"),
                  Set.of("progress"),
                  Set.of("format.json"),
                  Set.of("process"),
                  Set.of("source", "toolchain", "toolchain.*"),
                  Set.of("tensor"),
                  Set.of("format"),
                  Set.of("format.protobuf"),
                  Set.of("format.*"),
                  Set.of("bundle"))),
          new Floor("testing", Set.of("core"), List.of(Set.of("testing"))),
          new Floor(
              "compiler",
              Set.of("core"),
              List.of(
                  Set.of("checkpoint.template"),
                  Set.of("checkpoint"),
                  Set.of("graph"),
                  Set.of("family", "pass", "target", "target.*"))),
          new Floor(
              "runtime",
              Set.of("core"),
              List.of(
                  Set.of("tokenize"),
                  Set.of("backend", "backend.*"),
                  Set.of("embed"),
                  Set.of("verify"),
                  Set.of("timing"),
                  Set.of(""))),
          new Floor(
              "convert",
              Set.of("core", "compiler", "runtime"),
              List.of(Set.of("report"), Set.of("convert", "evaluate"))),
          new Floor(
              "search", Set.of("core", "runtime"), List.of(Set.of("search"), Set.of("migrate"))),
          new Floor("server", Set.of("core", "runtime", "search"), List.of(Set.of("server"))),
          new Floor(
              "cli",
              Set.of("core", "compiler", "runtime", "convert", "search", "server"),
              List.of(Set.of("cli.doctor"), Set.of("cli"))),
          new Floor(
              "bench",
              Set.of("core", "compiler", "runtime", "convert", "search", "server", "cli"),
              List.of(Set.of("bench"))));

  private Rooms() {}

  private record Floor(String name, Set<String> uses, List<Set<String>> lines) {}

  /// A package's place: its floor, its line on the floor, and its own name.
  private record Room(Floor floor, int line, String name) {
    /// Returns whether this room is a room below the other, such as `target.onnx` below `target`.
    boolean liesIn(Room other) {
      return name.startsWith(other.name + ".");
    }
  }

  /// Returns why `user` may not use `used`, both full package names; nothing where it may.
  static Optional<String> objection(String user, String used) {
    var from = room(user);
    var to = room(used);
    if (from.isEmpty() || to.isEmpty()) {
      return Optional.of(
          "package "
              + (from.isEmpty() ? user : used)
              + " has no place in the plan: give it a line in Rooms and in ARCHITECTURE.md");
    }
    return objection(from.get(), to.get());
  }

  private static Optional<String> objection(Room from, Room to) {
    if (from.equals(to)) {
      return Optional.empty();
    }
    if (!from.floor.equals(to.floor)) {
      return from.floor.uses.contains(to.floor.name)
          ? Optional.empty()
          : Optional.of("floor " + from.floor.name + " may use only " + sorted(from.floor.uses));
    }
    if (from.line == to.line) {
      return from.liesIn(to)
          ? Optional.empty()
          : Optional.of(from.name + " and " + to.name + " do not see each other");
    }
    return from.line > to.line
        ? Optional.empty()
        : Optional.of(from.name + " stands above " + to.name + " and may not use it");
  }

  /// Returns the room of a package: the one whose name fits best.
  private static Optional<Room> room(String packageName) {
    if (!packageName.equals(ROOT) && !packageName.startsWith(ROOT + ".")) {
      return Optional.empty();
    }
    var name = packageName.equals(ROOT) ? "" : packageName.substring(ROOT.length() + 1);
    var fitting = new ArrayList<Room>();
    for (var floor : PLAN) {
      for (int line = 0; line < floor.lines.size(); line++) {
        for (var pattern : floor.lines.get(line)) {
          if (fits(pattern, name)) {
            fitting.add(new Room(floor, line, roomName(pattern, name)));
          }
        }
      }
    }
    return fitting.stream().max(Comparator.comparingInt(room -> room.name.length()));
  }

  private static boolean fits(String pattern, String name) {
    if (pattern.isEmpty()) {
      return name.isEmpty();
    }
    return pattern.endsWith(".*")
        ? name.startsWith(pattern.substring(0, pattern.length() - 1))
        : name.equals(pattern) || name.startsWith(pattern + ".");
  }

  private static String roomName(String pattern, String name) {
    if (!pattern.endsWith(".*")) {
      return pattern;
    }
    int end = name.indexOf('.', pattern.length() - 1);
    return end < 0 ? name : name.substring(0, end);
  }

  private static String sorted(Set<String> names) {
    return String.join(", ", names.stream().sorted().toList());
  }
}
