package dev.embark.checks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// The rules for every text file of the project. The patterns are put together from pieces, so that
/// this file does not break them.
final class TextRules {
  /// `me` is nobody: the name for a user in examples.
  private static final Pattern MACHINE_PATH =
      Pattern.compile("(^|[^A-Za-z0-9_.])/(work|root|home/(?!me/)[a-z]+|Users/[A-Za-z]+)/");

  private static final Pattern REGISTRY_HOST =
      Pattern.compile(
          String.join(
              "|",
              "repo1?\\.maven\\.(apache\\.)?" + "org",
              "files\\.python" + "hosted\\.org",
              "registry\\.npm" + "js\\.org",
              "proxy\\.go" + "lang\\.org"));
  private static final Pattern UNFINISHED =
      Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");

  /// Texts of others that are kept word by word.
  private static final Set<Path> WORD_BY_WORD = Set.of(Path.of("LICENSE"));

  private TextRules() {}

  /// Nothing in the project knows the machine it was written on, nor where packages come from: a
  /// user's own settings say that.
  static List<Violation> tracesOfAMachine(Repository repository) {
    var found = find(repository, MACHINE_PATH, "a path of one machine");
    found.addAll(find(repository, REGISTRY_HOST, "the host of a registry"));
    return found;
  }

  /// Work that is not finished is an issue, not a mark in a file.
  static List<Violation> marksOfUnfinishedWork(Repository repository) {
    return find(repository, UNFINISHED, "a mark of unfinished work: finish it or open an issue");
  }

  private static List<Violation> find(Repository repository, Pattern pattern, String message) {
    var found = new ArrayList<Violation>();
    for (var file : repository.files()) {
      if (!WORD_BY_WORD.contains(file) && !isTestResource(file)) {
        repository
            .textIfAny(file)
            .ifPresent(text -> {
              var lines = text.lines().toList();
              for (int at = 0; at < lines.size(); at++) {
                if (pattern.matcher(lines.get(at)).find()) {
                  found.add(new Violation(file, at + 1, message));
                }
              }
            });
      }
    }
    return found;
  }

  /// Returns whether a file is a checkpoint or another model's file that tests read: a vocabulary
  /// may hold any word.
  private static boolean isTestResource(Path file) {
    return Repository.slashed(file).contains("src/test/resources/") || file.startsWith("testdata");
  }
}
