package dev.embark.toolchain;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Where pip gets its packages: the same index, so that a mirror that is set up for pip serves
/// Embark too.
final class PipIndex {
  private static final String USUAL = "https://pypi.org/simple";

  private PipIndex() {}

  /// Returns the address of the index, without a slash at its end.
  ///
  /// @param environment of the user, for `PIP_INDEX_URL` and `PIP_CONFIG_FILE`
  static URI of(Map<String, String> environment, Path home) {
    var text =
        Optional.ofNullable(environment.get("PIP_INDEX_URL"))
            .filter(value -> !value.isBlank())
            .or(() -> configured(environment, home))
            .orElse(USUAL);
    return parse(text);
  }

  static URI parse(String text) {
    try {
      var uri = URI.create(text.strip().replaceAll("/+$", ""));
      if (List.of("http", "https").contains(String.valueOf(uri.getScheme()))
          && uri.getHost() != null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw bad(text);
    }
    throw bad(text);
  }

  private static Problem bad(String text) {
    return new Problem(
        Category.WRONG_USAGE,
        "\"" + text + "\" is no address of a package index.",
        "It comes from --index, PIP_INDEX_URL or pip's configuration.",
        "Set it like https://pypi.org/simple.");
  }

  /// Returns what pip's own files say, the user's before the system's.
  private static Optional<String> configured(Map<String, String> environment, Path home) {
    var config = environment.getOrDefault("XDG_CONFIG_HOME", home.resolve(".config").toString());
    var files =
        List.of(
            Path.of(environment.getOrDefault("PIP_CONFIG_FILE", "/dev/null")),
            Path.of(config, "pip", "pip.conf"),
            home.resolve(".pip").resolve("pip.conf"),
            Path.of("/etc/pip.conf"));
    return files.stream().flatMap(file -> indexUrl(file).stream()).findFirst();
  }

  private static final Pattern SETTING = Pattern.compile("\\s*index[-_]url\\s*[=:]\\s*(\\S+)\\s*");

  private static Optional<String> indexUrl(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try (var lines = Files.lines(file)) {
      return lines
          .map(SETTING::matcher)
          .filter(matcher -> matcher.matches())
          .map(matcher -> matcher.group(1))
          .findFirst();
    } catch (IOException | UncheckedIOException _) {
      // As pip does: what cannot be read says nothing.
      return Optional.empty();
    }
  }

  /// Returns the link to a file on the page of its project (PEP 503).
  static Optional<String> link(String page, String file) {
    var links = Pattern.compile("href\\s*=\\s*[\"']([^\"']*)[\"']").matcher(page);
    while (links.find()) {
      var link = links.group(1);
      var path = link.replaceFirst("#.*$", "");
      if (path.endsWith("/" + file) || path.equals(file)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }
}
