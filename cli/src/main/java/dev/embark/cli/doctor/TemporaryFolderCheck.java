package dev.embark.cli.doctor;

import dev.embark.cli.doctor.Finding.Need;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The folder for temporary files, where native libraries are unpacked to.
final class TemporaryFolderCheck implements Check {
  private static final String TOPIC = "Temporary files";

  @Override
  public Finding examine(Host host) {
    var folder = Path.of(host.property("java.io.tmpdir"));
    if (Files.isDirectory(folder) && Files.isWritable(folder)) {
      return Finding.ok(TOPIC, folder + ", " + freeSpace(folder));
    }
    return Finding.missing(
        TOPIC,
        Need.REQUIRED,
        folder + " is not a folder that can be written to",
        "Name another one with EMBARK_JAVA_OPTS=-Djava.io.tmpdir=FOLDER.");
  }

  private static String freeSpace(Path folder) {
    try {
      return ByteText.of(Files.getFileStore(folder).getUsableSpace()) + " free";
    } catch (IOException e) {
      return "free space unknown";
    }
  }
}
