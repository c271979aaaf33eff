package dev.embark.bundle;

import dev.embark.format.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
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
  private final MachineNote note;

  /// Names the note for a bundle.
  ///
  /// @param cache folder of the [MachineCache]
  /// @param machine processor and native runtime, in words that change when they do
  public Stamp(Bundle bundle, Variant variant, String machine, Path cache) {
    this.bundle = bundle;
    this.machine = machine;
    this.note = MachineNote.of(cache, "proven", bundle, variant.name());
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
      return note.read().equals(Optional.of(text()));
    } catch (IOException _) {
      return false;
    }
  }

  /// Notes that the bundle has just been hashed and its proof replayed with a PASS.
  public Outcome write() {
    try {
      return note.write(text());
    } catch (IOException e) {
      return new Outcome.NotWritten(String.valueOf(e));
    }
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
