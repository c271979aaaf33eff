package dev.embark.cli.doctor;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/// The machine as checks see it.
///
/// @param root the root of the file system, under which `/proc` and `/sys` lie
/// @param properties system properties of the JVM
/// @param environment environment variables
public record Host(Path root, Map<String, String> properties, Map<String, String> environment) {
  public Host {
    properties = Map.copyOf(properties);
    environment = Map.copyOf(environment);
  }

  /// Returns the machine this process runs on.
  public static Host ofProcess(Map<String, String> environment) {
    Properties system = System.getProperties();
    var properties =
        Map.of(
            "java.home", system.getProperty("java.home"),
            "java.io.tmpdir", system.getProperty("java.io.tmpdir"),
            "java.vendor", system.getProperty("java.vendor", "unknown vendor"),
            "java.version", system.getProperty("java.version"),
            "os.arch", system.getProperty("os.arch"),
            "os.name", system.getProperty("os.name"),
            "user.home", system.getProperty("user.home"));
    return new Host(Path.of("/"), properties, environment);
  }

  /// Returns a system property, or the empty text where it is not set.
  String property(String name) {
    return properties.getOrDefault(name, "");
  }

  /// Returns an environment variable, or the empty text where it is not set.
  String variable(String name) {
    return environment.getOrDefault(name, "");
  }

  boolean isLinux() {
    return property("os.name").equals("Linux");
  }

  /// Returns a folder below the user's home.
  Path home(String first, String... more) {
    return Path.of(property("user.home")).resolve(Path.of(first, more));
  }

  /// Returns the first file of this name in the folders of `PATH` that may be executed.
  Optional<Path> program(String name) {
    return folders(variable("PATH")).stream()
        .map(folder -> folder.resolve(name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static List<Path> folders(String path) {
    return Arrays.stream(path.split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(Path::of)
        .toList();
  }
}
