package dev.embark.checks;

import com.sun.source.tree.ClassTree;
import com.sun.source.util.TreePathScanner;
import java.util.ArrayList;
import java.util.List;

/// What every model family owes its readers: where its paper is, what it was written after, and
/// which checkpoints it was held against.
final class FamilyRules {
  private static final List<String> OWED = List.of("- Paper:", "- Reference:", "- Verified with:");

  private FamilyRules() {}

  /// Returns the families whose doc lacks one of these lines, or that `Families` does not list.
  static List<Violation> incompleteFamilies(Repository repository) {
    var files =
        repository.mainSources().stream()
            .filter(file -> Repository.slashed(file).contains("/dev/embark/family/"))
            .toList();
    var listed =
        files.stream()
            .filter(file -> file.endsWith("Families.java"))
            .map(repository::text)
            .findFirst()
            .orElse("");
    if (files.isEmpty()) {
      return List.of();
    }
    var sources = JavaSources.read(repository.root(), files, JavaSources.Depth.SYNTAX);
    var found = new ArrayList<Violation>();
    for (var unit : sources.units()) {
      new TreePathScanner<Void, Void>() {
        @Override
        public Void visitClass(ClassTree type, Void nothing) {
          if (type.getImplementsClause().stream().anyMatch(it -> it.toString().equals("Family"))) {
            var doc = sources.doc(getCurrentPath());
            OWED.stream()
                .filter(line -> !doc.contains(line))
                .forEach(line ->
                    found.add(
                        sources.violation(unit, type, "its doc needs a line \"" + line + "\"")));
            if (!listed.contains("new " + type.getSimpleName() + "(")) {
              found.add(sources.violation(unit, type, "is not listed in Families.all()"));
            }
          }
          return super.visitClass(type, null);
        }
      }.scan(unit, null);
    }
    return found;
  }
}
