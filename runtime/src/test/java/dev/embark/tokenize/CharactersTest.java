package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CharactersTest {
  private static final Path TABLE =
      Path.of("src", "main", "resources", "dev", "embark", "tokenize", "characters.txt");

  /// Run with `-Dcharacters=update` to write the table anew.
  @Test
  void tableIsWhatTheReferenceLibraryDoes() throws IOException {
    var derived = CharacterSweep.derive();
    if ("update".equals(System.getProperty("characters"))) {
      Files.writeString(TABLE, derived);
    }
    assertThat(Files.readString(TABLE, StandardCharsets.UTF_8)).isEqualTo(derived);
  }
}
