package dev.embark.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EtagTest {
  @TempDir Path folder;

  @Test
  void weakAndStrongTagsNameTheSameBlob() {
    assertThat(Etag.parse("\"abc\"")).hasValue(new Etag("abc"));
    assertThat(Etag.parse("W/\"abc\"")).hasValue(new Etag("abc"));
    assertThat(Etag.parse("abc")).hasValue(new Etag("abc"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\"\"", "\"../x\"", "\"a/b\"", "\".hidden\"", "\"a b\""})
  void tagsThatCouldNotNameAFileAreRefused(String header) {
    assertThat(Etag.parse(header)).isEmpty();
  }

  /// Digests of `hello\n` by `sha256sum` and `git hash-object`.
  @Test
  void digestFollowsTheKindOfTheTag() throws IOException {
    var file = Files.writeString(folder.resolve("file"), "hello\n");

    assertThat(new Etag("0".repeat(64)).of(file))
        .isEqualTo("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
    assertThat(new Etag("0".repeat(40)).of(file))
        .isEqualTo("ce013625030ba8dba906f756967f9e9ca394464a");
    assertThat(new Etag("mirror-7").of(file)).isEqualTo("mirror-7");
  }
}
