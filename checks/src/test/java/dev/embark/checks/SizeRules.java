package dev.embark.checks;

import com.sun.source.tree.MethodTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How long files and functions may be, and the list of those that are longer: an entry names the
/// present length, so it can only shrink, and goes when it is no longer needed.
final class SizeRules {
  private static final int FILE_LINES_MAX = 500;
  private static final int FUNCTION_LINES_MAX = 70;

  private SizeRules() {}

  /// Returns the lengths above the limits, by name: a file's path, or `path#method`.
  static Map<String, Long> tooLong(Repository repository, JavaSources sources) {
    var lengths = new TreeMap<String, Long>();
    for (var unit : sources.units()) {
      var file = Repository.slashed(sources.file(unit));
      put(lengths, file, repository.lines(sources.file(unit)).size(), FILE_LINES_MAX);
      unit.accept(
          new TreeScanner<Void, Void>() {
            @Override
            public Void visitMethod(MethodTree method, Void nothing) {
              put(
                  lengths,
                  file + "#" + method.getName(),
                  sources.lineCount(unit, method),
                  FUNCTION_LINES_MAX);
              return super.visitMethod(method, null);
            }
          },
          null);
    }
    return lengths;
  }

  private static void put(Map<String, Long> lengths, String name, long lines, int max) {
    if (lines > max) {
      lengths.merge(name, lines, Math::max);
    }
  }

  /// Returns what is wrong between the lengths above the limits and the list of exceptions.
  static List<String> judge(Map<String, Long> tooLong, Map<String, Long> exceptions) {
    var found = new ArrayList<String>();
    tooLong.forEach((name, lines) -> {
      long allowed = exceptions.getOrDefault(name, limit(name));
      if (lines > allowed) {
        found.add(name + " has " + lines + " lines, allowed are " + allowed + ": cut it in two");
      } else if (lines < allowed) {
        found.add(name + " has shrunk to " + lines + " lines: write that into the exceptions");
      }
    });
    exceptions.keySet().stream()
        .filter(name -> !tooLong.containsKey(name))
        .forEach(name -> found.add(name + " is short enough now: take it off the exceptions"));
    return found;
  }

  private static long limit(String name) {
    return name.contains("#") ? FUNCTION_LINES_MAX : FILE_LINES_MAX;
  }

  /// Reads lines of `name lines`; `#` starts a comment.
  static Map<String, Long> exceptions(List<String> lines) {
    var exceptions = new TreeMap<String, Long>();
    for (var line : lines) {
      if (!line.isBlank() && !line.startsWith("#")) {
        var words = line.strip().split(" +", 2);
        exceptions.put(words[0], Long.valueOf(words[1]));
      }
    }
    return exceptions;
  }
}
