package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.tokenize.CharacterSweep.Extent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CharactersTest {
  private static final Path TABLE =
      Path.of("src", "main", "resources", "dev", "embark", "tokenize", "characters.txt");

  /// Run with `-Dcharacters=check` to ask for every code point (half a minute), with
  /// `-Dcharacters=update` to write the table anew.
  @Test
  void tableIsWhatTheReferenceLibraryDoes() throws IOException {
    var mode = System.getProperty("characters", "");
    var derived =
        CharacterSweep.derive(mode.isEmpty() ? Extent.INHABITED_PLANES : Extent.EVERY_CODE_POINT);
    if (mode.equals("update")) {
      Files.writeString(TABLE, derived);
    }
    assertThat(Files.readString(TABLE)).isEqualTo(derived);
  }
}
