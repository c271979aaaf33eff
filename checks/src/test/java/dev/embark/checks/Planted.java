package dev.embark.checks;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;

/// Sources that break a rule on purpose: a rule that nothing can break holds nothing.
///
/// @param folder an empty folder for the classes
record Planted(Path folder) {
  /// Compiles sources, each starting with its `package` line, and reads the classes; the package
  /// and the first type in a source say its place.
  JavaClasses classes(String... sources) {
    var files = new ArrayList<Path>();
    for (var source : sources) {
      files.add(write(source));
    }
    var words =
        new ArrayList<String>(List.of("-proc:none", "-d", folder.resolve("out").toString()));
    files.forEach(file -> words.add(file.toString()));
    int failed =
        ToolProvider.getSystemJavaCompiler().run(null, null, null, words.toArray(String[]::new));
    if (failed != 0) {
      throw new IllegalArgumentException("The planted source does not compile.");
    }
    return new ClassFileImporter().importPath(folder.resolve("out"));
  }

  private Path write(String source) {
    var packageName = source.replaceFirst("(?s)^package ([a-z.]+);.*", "$1");
    var type = source.replaceFirst("(?s).*?\\b(?:class|interface|record|enum) (\\w+).*", "$1");
    var file = folder.resolve("in").resolve(packageName.replace('.', '/')).resolve(type + ".java");
    try {
      Files.createDirectories(file.getParent());
      return Files.writeString(file, source);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
