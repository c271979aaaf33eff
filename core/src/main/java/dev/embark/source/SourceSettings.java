package dev.embark.source;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.File;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What the environment says about sources, in the spelling of `huggingface_hub`: `HF_ENDPOINT`,
/// `HF_TOKEN` (or the file that `hf auth login` writes), `HF_HOME`, `HF_HUB_CACHE`,
/// `HF_HUB_OFFLINE`, `HF_HUB_DISABLE_SYMLINKS`, `XDG_CACHE_HOME`; the proxies that `HTTPS_PROXY`
/// and its like name; and where Maven keeps its own settings.
public record SourceSettings(Map<String, String> environment, Path home) {
  private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
  private static final long TOKEN_BYTES_MAX = 4096;

  /// Whether anything may be asked of the hub.
  enum Network {
    ONLINE,
    OFFLINE
  }

  /// How a snapshot refers to its blobs.
  enum Links {
    SYMBOLIC,
    NOT_SYMBOLIC
  }

  public SourceSettings {
    environment = Map.copyOf(environment);
  }

  /// Returns the settings of the user who runs this program.
  public static SourceSettings ofUser() {
    return new SourceSettings(System.getenv(), Path.of(System.getProperty("user.home")));
  }

  /// Returns the address of the hub, without a slash at its end.
  URI endpoint() {
    var text = value("HF_ENDPOINT").orElse("https://huggingface.co");
    try {
      var uri = URI.create(text.replaceAll("/+$", ""));
      if (Set.of("http", "https").contains(String.valueOf(uri.getScheme()))
          && uri.getHost() != null
          && uri.getQuery() == null
          && uri.getUserInfo() == null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw badEndpoint(text);
    }
    throw badEndpoint(text);
  }

  private static Problem badEndpoint(String text) {
    return new Problem(
        Category.WRONG_USAGE,
        "HF_ENDPOINT is \"" + text + "\", which is not the address of a hub.",
        "Expected http:// or https://, a host and perhaps a path; a token belongs into HF_TOKEN.",
        "Set it like HF_ENDPOINT=https://hub.example.org, or unset it.");
  }

  /// Returns the access token, or the empty string where there is none.
  String token() {
    var set = value("HF_TOKEN").or(() -> value("HUGGING_FACE_HUB_TOKEN")).map(String::strip);
    if (set.isPresent()) {
      return set.get();
    }
    var file = value("HF_TOKEN_PATH").map(this::path).orElseGet(() -> hubHome().resolve("token"));
    try {
      return Files.isRegularFile(file) && Files.size(file) <= TOKEN_BYTES_MAX
          ? Files.readString(file).strip()
          : "";
    } catch (IOException e) {
      // As for huggingface_hub, a token that cannot be read is a user who is not logged in.
      return "";
    }
  }

  Network network() {
    return isTrue("HF_HUB_OFFLINE") || isTrue("TRANSFORMERS_OFFLINE")
        ? Network.OFFLINE
        : Network.ONLINE;
  }

  Links links() {
    return isTrue("HF_HUB_DISABLE_SYMLINKS") ? Links.NOT_SYMBOLIC : Links.SYMBOLIC;
  }

  /// Returns how the hub is reached.
  ProxySelector proxy() {
    return new EnvironmentProxy(environment);
  }

  /// Returns the folder that holds a folder for each repository of the hub.
  public Path hubCache() {
    return value("HF_HUB_CACHE")
        .or(() -> value("HUGGINGFACE_HUB_CACHE"))
        .map(this::path)
        .orElseGet(() -> hubHome().resolve("hub"));
  }

  private Path hubHome() {
    return value("HF_HOME").map(this::path).orElseGet(() -> cacheHome().resolve("huggingface"));
  }

  /// Returns the folder that holds what only Embark uses.
  public Path embarkCache() {
    return cacheHome().resolve("embark");
  }

  private Path cacheHome() {
    return value("XDG_CACHE_HOME").map(this::path).orElseGet(() -> home.resolve(".cache"));
  }

  /// Returns the folder with the user's Maven settings and, by default, the local repository.
  Path mavenUserHome() {
    return home.resolve(".m2");
  }

  /// Returns the folder Maven is installed in, whose settings hold for everybody on this machine:
  /// `MAVEN_HOME`, else the place of the `mvn` that the shell would find.
  Optional<Path> mavenSystemHome() {
    return value("MAVEN_HOME").map(this::path).or(this::mavenOnPath);
  }

  private Optional<Path> mavenOnPath() {
    for (var folder : value("PATH").orElse("").split(File.pathSeparator, -1)) {
      try {
        var launcher = Path.of(folder, "mvn");
        if (!folder.isEmpty() && Files.isExecutable(launcher)) {
          var bin = launcher.toRealPath().getParent();
          return Optional.ofNullable(bin == null ? null : bin.getParent())
              .filter(maven -> Files.isRegularFile(maven.resolve("conf/settings.xml")));
        }
      } catch (InvalidPathException | IOException e) {
        // Not a folder of this machine: like the shell, look at the next.
      }
    }
    return Optional.empty();
  }

  private Path path(String text) {
    try {
      return text.equals("~") || text.startsWith("~/")
          ? home.resolve(text.substring(Math.min(2, text.length())))
          : Path.of(text);
    } catch (InvalidPathException e) {
      throw new Problem(
          Category.WRONG_USAGE, "\"" + text + "\" is not the name of a folder.", "", "", e);
    }
  }

  private boolean isTrue(String name) {
    return TRUE.contains(value(name).orElse("").toUpperCase(Locale.ROOT));
  }

  private Optional<String> value(String name) {
    return Optional.ofNullable(environment.get(name)).filter(text -> !text.isBlank());
  }

  /// Returns the settings without the token, which must not show up in a log.
  @Override
  public String toString() {
    return "SourceSettings[hubCache=" + hubCache() + ", network=" + network() + "]";
  }
}
