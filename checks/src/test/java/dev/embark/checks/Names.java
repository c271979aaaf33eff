package dev.embark.checks;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/// The names of types that a reader can look up: ours, the JDK's and those of our libraries.
///
/// @param simple names of types without their packages, nested ones with dots
/// @param qualified our packages and our types with their packages
record Names(Set<String> simple, Set<String> qualified) {
  Names {
    simple = Set.copyOf(simple);
    qualified = Set.copyOf(qualified);
  }

  /// Returns the names of the project, of this class path and of this JDK.
  static Names of(Repository repository) {
    var simple = new HashSet<String>();
    var qualified = new HashSet<String>();
    try {
      for (var entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        addEntry(Path.of(entry), simple);
      }
      addJdk(simple);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (var file : repository.named(".java")) {
      var text = Repository.slashed(file);
      int start = text.indexOf("/java/dev/embark/");
      if (start >= 0) {
        var type = text.substring(start + "/java/".length(), text.length() - ".java".length());
        add(type, simple);
        qualified.add(type.replace('/', '.'));
        for (int slash = type.lastIndexOf('/');
            slash > 0;
            slash = type.lastIndexOf('/', slash - 1)) {
          qualified.add(type.substring(0, slash).replace('/', '.'));
        }
      }
    }
    return new Names(simple, qualified);
  }

  boolean hasClass(String name) {
    return simple.contains(name);
  }

  boolean hasQualified(String name) {
    return qualified.contains(name);
  }

  private static void addEntry(Path entry, Set<String> names) throws IOException {
    if (Files.isDirectory(entry)) {
      try (var files = Files.walk(entry)) {
        addAll(files.map(Path::toString), names);
      }
    } else if (Files.exists(entry)) {
      try (var jar = new JarFile(entry.toFile())) {
        addAll(jar.stream().map(file -> file.getName()), names);
      }
    }
  }

  private static void addJdk(Set<String> names) throws IOException {
    var modules = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules");
    for (var module :
        Arrays.asList("java.base", "java.net.http", "jdk.compiler", "jdk.management")) {
      try (var files = Files.walk(modules.resolve(module))) {
        addAll(files.map(Path::toString), names);
      }
    }
  }

  private static void addAll(Stream<String> files, Set<String> names) {
    files
        .filter(file -> file.endsWith(".class"))
        .forEach(file -> add(file.substring(0, file.length() - ".class".length()), names));
  }

  private static void add(String type, Set<String> names) {
    var name = type.substring(type.replace('\\', '/').lastIndexOf('/') + 1);
    names.add(name.replace('$', '.'));
    names.add(name.substring(name.lastIndexOf('$') + 1));
  }
}
