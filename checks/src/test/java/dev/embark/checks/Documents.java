package dev.embark.checks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What the Markdown files of the project name, held against what there is.
///
/// Looked at, outside of code blocks:
///
/// - a link target without a scheme: a file or folder, seen from the document's folder; after `#`,
///   a heading of the target;
/// - a word in backticks that is a **path**: it starts with `./`, `../` or the name of something in
///   the root folder followed by `/`, or it ends in `.java`, `.md` or `.xml`. It must exist, seen
///   from the root, from the document's folder or, for the endings, at the end of some path;
/// - a word in backticks that is a **class name**: two or more capitalised parts (`GraphBuilder`),
///   with nested types after dots. It must be a class of ours, of the JDK or of a library we use,
///   or stand in the list of other people's names;
/// - a word in backticks that is one of our packages or qualified classes: it starts with our root
///   package.
///
/// A word with a blank, `<`, `*`, `…` or `$` is a pattern and names nothing.
final class Documents {
  private static final Pattern LINK = Pattern.compile("(?<!`)\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
  private static final Pattern BACKTICKED = Pattern.compile("`([^`]+)`");
  private static final Pattern SCHEME = Pattern.compile("^[a-z][a-z0-9+.-]*:.*");
  private static final Pattern PATTERN_WORD = Pattern.compile(".*[\\s<>*…${}|,].*");
  private static final Pattern SOURCE_FILE = Pattern.compile("[\\w./-]+\\.(java|md|xml)");
  private static final Pattern CLASS_NAME =
      Pattern.compile("([A-Z][a-z0-9]+){2,}(\\.[A-Z]\\w*)*|[A-Z][a-z0-9]+(\\.[A-Z][a-z]\\w*)+");
  private static final Pattern QUALIFIED = Pattern.compile("dev\\.embark(\\.\\w+)*");
  private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*)");
  private static final Pattern FENCE = Pattern.compile("\\s*(```|~~~).*");

  private final Repository repository;
  private final Names names;
  private final Set<String> othersNames;

  Documents(Repository repository, Names names, Set<String> othersNames) {
    this.repository = repository;
    this.names = names;
    this.othersNames = Set.copyOf(othersNames);
  }

  /// Returns every name in every document that leads nowhere.
  List<Violation> deadNames() {
    var found = new ArrayList<Violation>();
    for (var document : repository.named(".md")) {
      var lines = withoutCodeBlocks(repository.lines(document));
      for (int at = 0; at < lines.size(); at++) {
        for (var message : judge(document, lines.get(at))) {
          found.add(new Violation(document, at + 1, message));
        }
      }
    }
    return found;
  }

  /// Returns the words in backticks of all documents, for those who keep lists of them.
  Set<String> words() {
    return repository.named(".md").stream()
        .flatMap(document -> withoutCodeBlocks(repository.lines(document)).stream())
        .flatMap(line -> BACKTICKED.matcher(line).results())
        .map(match -> match.group(1))
        .collect(Collectors.toSet());
  }

  private List<String> judge(Path document, String line) {
    var found = new ArrayList<String>();
    LINK.matcher(BACKTICKED.matcher(line).replaceAll("code"))
        .results()
        .map(match -> match.group(1))
        .filter(target -> !SCHEME.matcher(target).matches())
        .filter(target -> !leadsSomewhere(document, target))
        .forEach(target -> found.add("the link target \"" + target + "\" does not exist"));
    BACKTICKED
        .matcher(line)
        .results()
        .map(match -> match.group(1))
        .filter(word -> !PATTERN_WORD.matcher(word).matches())
        .forEach(word -> {
          if (isPath(word) && !pathExists(document, word)) {
            found.add("the path `" + word + "` does not exist");
          } else if (CLASS_NAME.matcher(word).matches() && !classExists(word)) {
            found.add(
                "`"
                    + word
                    + "` is no class of ours, of the JDK or of a library; is it somebody else's"
                    + " name, write it into names-of-others.txt");
          } else if (QUALIFIED.matcher(word).matches() && !names.hasQualified(word)) {
            found.add("`" + word + "` is neither a package nor a class of ours");
          }
        });
    return found;
  }

  private boolean leadsSomewhere(Path document, String target) {
    int hash = target.indexOf('#');
    var path = hash < 0 ? target : target.substring(0, hash);
    var file = path.isEmpty() ? document : document.resolveSibling(Path.of(path)).normalize();
    if (!repository.has(file)) {
      return false;
    }
    return hash < 0 || anchors(file).contains(target.substring(hash + 1));
  }

  /// Returns the anchors of a document's headings, spelt as GitHub does.
  private Set<String> anchors(Path document) {
    return withoutCodeBlocks(repository.lines(document)).stream()
        .map(HEADING::matcher)
        .filter(heading -> heading.matches())
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  private boolean isPath(String word) {
    if (word.startsWith("./") || word.startsWith("../") || SOURCE_FILE.matcher(word).matches()) {
      return true;
    }
    int slash = word.indexOf('/');
    return slash > 0 && repository.has(Path.of(word.substring(0, slash)));
  }

  private boolean pathExists(Path document, String word) {
    var path = Path.of(word);
    return repository.has(path.normalize())
        || repository.has(document.resolveSibling(path).normalize())
        || (SOURCE_FILE.matcher(word).matches()
            && repository.files().stream().anyMatch(file -> file.endsWith(path)));
  }

  private boolean classExists(String word) {
    return names.hasClass(word) || othersNames.contains(word);
  }

  /// Returns the lines with those inside of fences emptied.
  private static List<String> withoutCodeBlocks(List<String> lines) {
    var kept = new ArrayList<String>();
    boolean inside = false;
    for (var line : lines) {
      boolean fence = FENCE.matcher(line).matches();
      kept.add(fence || inside ? "" : line);
      inside ^= fence;
    }
    return kept;
  }
}
