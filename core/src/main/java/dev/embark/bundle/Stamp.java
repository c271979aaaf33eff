package dev.embark.bundle;

import dev.embark.format.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HexFormat;
import tools.jackson.databind.node.ObjectNode;

/// A note that a variant of a bundle was proven on this machine: with exactly these files, this
/// processor and this native runtime.
///
/// As long as lengths and modification times of the files and the machine stay the same, the bundle
/// need not be hashed and replayed before each use. The note lies outside the bundle (`proven/` in
/// the [MachineCache]), so that a bundle carries nothing of a machine.
public final class Stamp {
  private final Bundle bundle;
  private final String machine;
  private final Path file;

  /// Names the note for a bundle.
  ///
  /// @param cache folder of the [MachineCache]
  /// @param machine processor and native runtime, in words that change when they do
  public Stamp(Bundle bundle, Variant variant, String machine, Path cache) {
    this.bundle = bundle;
    this.machine = machine;
    this.file = cache.resolve("proven").resolve(name(bundle, variant));
  }

  /// Says what became of a note that was to be written.
  public sealed interface Outcome {
    /// The note is there for the next use.
    record Written() implements Outcome {}

    /// The cache cannot be written; the next use has to prove the bundle again.
    record NotWritten(String reason) implements Outcome {}
  }

  /// Returns whether the bundle was proven here as it is now.
  public boolean holds() {
    try {
      return Files.isRegularFile(file) && Files.readString(file).equals(text());
    } catch (IOException _) {
      return false;
    }
  }

  /// Notes that the bundle has just been hashed and its proof replayed with a PASS.
  public Outcome write() {
    try {
      Files.createDirectories(file.resolveSibling("."));
      Path draft = Files.createTempFile(file.resolveSibling("."), "proven", ".tmp");
      try {
        Files.writeString(draft, text());
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(draft);
      }
      return new Outcome.Written();
    } catch (IOException e) {
      return new Outcome.NotWritten(String.valueOf(e));
    }
  }

  /// The manifest's digest, the variant's, then the place: copies of a bundle each have their own
  /// notes.
  private static String name(Bundle bundle, Variant variant) {
    try {
      Path folder = bundle.folder().toRealPath();
      return FileDigest.of(folder, Manifest.FILE_NAME).sha256()
          + "-"
          + digest(variant.name())
          + "-"
          + digest(folder.toString());
    } catch (IOException e) {
      throw Fields.damaged("Cannot read the manifest of " + bundle.folder() + ": " + e + ".");
    }
  }

  private static String digest(String text) {
    var digest = FileDigest.newSha256().digest(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest, 0, 8);
  }

  private String text() throws IOException {
    ObjectNode node = Json.object();
    node.put("machine", machine);
    ObjectNode files = node.putObject("files");
    for (var digest : bundle.manifest().files()) {
      var found = Files.readAttributes(bundle.file(digest.path()), BasicFileAttributes.class);
      FileTime modified = found.lastModifiedTime();
      files.putObject(digest.path()).put("size", found.size()).put("modified", modified.toString());
    }
    return Json.pretty(node);
  }
}
