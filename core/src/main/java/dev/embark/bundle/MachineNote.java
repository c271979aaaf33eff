package dev.embark.bundle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Optional;

/// What a machine remembers of a bundle, outside of it, so that a bundle carries nothing of a
/// machine. A note that is lost or damaged is as good as none.
record MachineNote(Path file) {
  /// Names a note: the manifest's digest, what it is about, then the place, because copies of a
  /// bundle each have their own.
  ///
  /// @param kind folder of such notes in the [MachineCache]
  /// @param about such as the name of a variant
  static MachineNote of(Path cache, String kind, Bundle bundle, String about) {
    try {
      Path folder = bundle.folder().toRealPath();
      var name =
          FileDigest.of(folder, Manifest.FILE_NAME).sha256()
              + "-"
              + digest(about)
              + "-"
              + digest(folder.toString());
      return new MachineNote(cache.resolve(kind).resolve(name));
    } catch (IOException e) {
      throw Fields.damaged("Cannot read the manifest of " + bundle.folder() + ": " + e + ".");
    }
  }

  private static String digest(String text) {
    var digest = FileDigest.newSha256().digest(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest, 0, 8);
  }

  Optional<String> read() {
    try {
      return Files.isRegularFile(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  Stamp.Outcome write(String text) {
    try {
      Files.createDirectories(file.resolveSibling("."));
      Path draft = Files.createTempFile(file.resolveSibling("."), "note", ".tmp");
      try {
        Files.writeString(draft, text);
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(draft);
      }
      return new Stamp.Outcome.Written();
    } catch (IOException e) {
      return new Stamp.Outcome.NotWritten(String.valueOf(e));
    }
  }
}
