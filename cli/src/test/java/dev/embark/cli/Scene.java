package dev.embark.cli;

import dev.embark.bundle.FileDigest;
import dev.embark.cli.Surroundings.ErrorStream;
import dev.embark.testing.Fixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A folder with a home of its own, and the whole program run in it.
///
/// In words and in what is printed, `DIR` stands for the folder.
record Scene(Path folder, Map<String, String> environment) {
  private static final String HOME = "home";

  Scene(Path folder) {
    this(folder, Map.of("HOME", folder.resolve(HOME).toString()));
  }

  /// How a run ended.
  record Ended(int exitCode, String out, String err) {}

  Scene with(String variable, String value) {
    var changed = new HashMap<>(environment);
    changed.put(variable, value);
    return new Scene(folder, changed);
  }

  Ended run(String... words) {
    return run(ErrorStream.PLAIN, words);
  }

  /// Runs the program on a terminal, where it shows how far it is.
  Ended watch(String... words) {
    return run(ErrorStream.TERMINAL, words);
  }

  private Ended run(ErrorStream errorStream, String... words) {
    var capture = Capture.with(errorStream, environment);
    int exitCode = capture.run(Arrays.stream(words).map(this::toPath).toArray(String[]::new));
    return new Ended(exitCode, fromPath(capture.out()), fromPath(capture.err()));
  }

  String toPath(String text) {
    return text.replace("DIR", folder.toString());
  }

  String fromPath(String text) {
    return text.replace(folder.toString(), "DIR");
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  /// Copies a fixture to `model`, without its answers.
  Scene model(String fixture) {
    copy(Fixture.of(fixture).folder(), path("model"));
    delete("model/golden.json");
    return this;
  }

  /// Copies a folder.
  static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (var file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Writes a file of UTF-8.
  Scene write(String name, String text) {
    return write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  Scene write(String name, byte[] bytes) {
    try {
      Files.createDirectories(path(name).resolveSibling("."));
      Files.write(path(name), bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Scene delete(String name) {
    try {
      Files.delete(path(name));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] bytes(String name) {
    try {
      return Files.readAllBytes(path(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Replaces what occurs in a file of a bundle, and lists the file's new digest.
  Scene forge(String bundle, String name, String old, String changed) throws IOException {
    var before = FileDigest.of(path(bundle), name).sha256();
    edit(bundle + "/" + name, old, changed);
    var after = FileDigest.of(path(bundle), name).sha256();
    return edit(bundle + "/embark.json", before, after);
  }

  /// Replaces what occurs in a file, byte for byte.
  Scene edit(String name, String old, String changed) {
    var text = new String(bytes(name), StandardCharsets.ISO_8859_1);
    if (!text.contains(old)) {
      throw new IllegalArgumentException(name + " does not hold " + old);
    }
    return write(name, text.replace(old, changed).getBytes(StandardCharsets.ISO_8859_1));
  }

  /// Returns the files and folders at the top, the home left out.
  List<String> top() {
    var names = new ArrayList<String>();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals(HOME))
          .sorted()
          .forEach(names::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names;
  }
}
