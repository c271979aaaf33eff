package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.tokenize.Sweep.Extent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class CharactersTest {
  private static final Path TABLES =
      Path.of("src", "main", "resources", "dev", "embark", "tokenize");

  @Test
  void pipelineOfBertIsWhatTheReferenceLibraryDoes() throws IOException {
    check("characters.txt", CharacterSweep::derive);
  }

  @Test
  void kindsAreThoseOfTheReferenceLibrary() throws IOException {
    check("kinds.txt", KindSweep::derive);
  }

  @Test
  void normalFormsAreThoseOfTheReferenceLibrary() throws IOException {
    check("normal-forms.txt", NormalFormSweep::derive);
  }

  /// Run with `-Dcharacters=check` to ask for every code point (a minute), with
  /// `-Dcharacters=update` to write the tables anew.
  private static void check(String table, Function<Extent, String> derive) throws IOException {
    var mode = System.getProperty("characters", "");
    var derived = derive.apply(mode.isEmpty() ? Extent.INHABITED_PLANES : Extent.EVERY_CODE_POINT);
    if (mode.equals("update")) {
      Files.writeString(TABLES.resolve(table), derived);
    }
    assertThat(Files.readString(TABLES.resolve(table))).isEqualTo(derived);
  }
}
