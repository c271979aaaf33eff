package dev.embark.source;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a person calls a model.
public sealed interface ModelReference {
  /// Returns the reference as a person would type it.
  String text();

  /// Returns the reference as it may stand in a bundle: of local files only the last name, for a
  /// bundle says nothing of the machine it was made on, and is the same wherever it is made.
  default String portableText() {
    return switch (this) {
      case Folder(var path) -> lastName(path);
      case OnnxFile(var path) -> lastName(path);
      case HubRepository _, MavenArtifact _ -> text();
    };
  }

  private static String lastName(Path path) {
    var name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? "" : name.toString();
  }

  /// A checkpoint folder of this machine.
  record Folder(Path path) implements ModelReference {
    @Override
    public String text() {
      return path.toString();
    }
  }

  /// An ONNX file of this machine.
  record OnnxFile(Path path) implements ModelReference {
    @Override
    public String text() {
      return path.toString();
    }
  }

  /// A repository of the hub; `revision` is a branch, a tag or a commit.
  record HubRepository(String repository, String revision) implements ModelReference {
    private static final Pattern REPOSITORY =
        Pattern.compile("[A-Za-z0-9_][\\w.-]{0,95}/[A-Za-z0-9_][\\w.-]{0,95}");
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9_][\\w./+-]{0,199}");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    public HubRepository {
      // The cache spells '/' as '--': a name with '--' could pose as another repository's.
      if (!REPOSITORY.matcher(repository).matches()
          || repository.contains("--")
          || repository.contains("..")) {
        throw unreadable(
            "There is no file or folder \""
                + repository
                + "\", and it is not the name of a hub repository.",
            "Expected owner/name of letters, digits, '.', '_' and '-', at most 96 each.");
      }
      if (!REVISION.matcher(revision).matches()
          || !RelativeName.isSafe(revision)
          || revision.endsWith(".lock")) {
        throw unreadable(
            "\"" + revision + "\" is not a revision of " + repository + ".",
            "Expected a branch, a tag, or a commit of 40 hexadecimal digits.");
      }
    }

    /// Returns whether the revision is a commit, which never changes.
    boolean isPinned() {
      return COMMIT.matcher(revision).matches();
    }

    @Override
    public String text() {
      return revision.equals("main") ? repository : repository + "@" + revision;
    }
  }

  /// A jar of a Maven repository that carries an ONNX file and its tokenizer.
  record MavenArtifact(String group, String artifact, String version) implements ModelReference {
    private static final Pattern COORDINATE = Pattern.compile("[A-Za-z0-9_][\\w.+-]{0,199}");

    public MavenArtifact {
      for (var part : new String[] {group, artifact, version}) {
        if (!COORDINATE.matcher(part).matches()) {
          throw unreadable(
              "\"" + part + "\" is not a Maven coordinate.",
              "Expected maven:group:artifact:version; version ranges are not supported.");
        }
      }
      if (version.equals("LATEST") || version.equals("RELEASE")) {
        throw unreadable(
            "maven:" + group + ":" + artifact + ":" + version + " names no fixed version.",
            "What is converted must be repeatable.");
      }
    }

    @Override
    public String text() {
      return "maven:" + group + ":" + artifact + ":" + version;
    }
  }

  /// Reads a reference: a path that exists, else `maven:group:artifact:version`, else
  /// `owner/name[@revision]`.
  static ModelReference parse(String text) {
    var path = existing(text);
    if (path.isPresent()) {
      return local(path.get());
    }
    if (text.startsWith("maven:")) {
      return maven(text);
    }
    if (looksLocal(text)) {
      throw unreadable("There is no file or folder " + text + ".", "");
    }
    int at = text.indexOf('@');
    return at < 0
        ? new HubRepository(text, "main")
        : new HubRepository(text.substring(0, at), text.substring(at + 1));
  }

  private static Optional<Path> existing(String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text)).filter(Files::exists);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static ModelReference local(Path path) {
    if (Files.isDirectory(path)) {
      return new Folder(path);
    }
    if (isOnnx(path.toString())) {
      return new OnnxFile(path);
    }
    throw unreadable(path + " is a file, but not an ONNX file.", "Its name does not end in .onnx.");
  }

  private static MavenArtifact maven(String text) {
    var parts = text.split(":", -1);
    if (parts.length != 4) {
      throw unreadable(
          text + " has " + (parts.length - 1) + " coordinates, expected 3.",
          "A Maven artifact is spelt maven:group:artifact:version.");
    }
    return new MavenArtifact(parts[1], parts[2], parts[3]);
  }

  private static boolean looksLocal(String text) {
    return text.startsWith(".")
        || text.startsWith("/")
        || text.startsWith("~")
        || text.contains("\\")
        || isOnnx(text);
  }

  private static boolean isOnnx(String text) {
    return text.toLowerCase(Locale.ROOT).endsWith(".onnx");
  }

  private static Problem unreadable(String what, String why) {
    return new Problem(
        Category.BAD_INPUT,
        what,
        why,
        "Name a model as a folder, an ONNX file, owner/name[@revision] or"
            + " maven:group:artifact:version.");
  }
}
