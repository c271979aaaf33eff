package dev.embark.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NativeLibraryTest {
  @TempDir Path cache;

  private final String platform = NativeLibrary.platform();
  private final String name = System.mapLibraryName("onnxruntime");

  @Test
  void platformsAreSpeltAsInTheJar() {
    assertThat(NativeLibrary.platform("Linux", "amd64")).isEqualTo("linux-x64");
    assertThat(NativeLibrary.platform("Linux", "aarch64")).isEqualTo("linux-aarch64");
    assertThat(NativeLibrary.platform("Mac OS X", "aarch64")).isEqualTo("osx-aarch64");
    assertThat(NativeLibrary.platform("Windows 11", "amd64")).isEqualTo("win-x64");
  }

  @Test
  void unpacksOnceAndLeavesNoDrafts() throws IOException {
    Path folder = NativeLibrary.unpack(cache, platform).orElseThrow();
    assertThat(folder)
        .isEqualTo(cache.resolve("native/onnxruntime-1.28.0-" + platform).toAbsolutePath());
    var unpacked = FileTime.fromMillis(1_000);
    Files.setLastModifiedTime(folder.resolve(name), unpacked);
    NativeLibrary.unpack(cache, platform);
    assertThat(Files.getLastModifiedTime(folder.resolve(name))).isEqualTo(unpacked);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files)
          .containsExactlyInAnyOrder(
              folder.resolve(name), folder.resolve(System.mapLibraryName("onnxruntime4j_jni")));
    }
  }

  @Test
  void truncatedLibraryIsUnpackedAgain() throws IOException {
    Path folder = NativeLibrary.unpack(cache, platform).orElseThrow();
    long size = Files.size(folder.resolve(name));
    Files.write(folder.resolve(name), new byte[10]);
    NativeLibrary.unpack(cache, platform);
    assertThat(folder.resolve(name)).hasSize(size);
  }

  @Test
  void unwritableCacheAndUnknownPlatformFallBack() throws IOException {
    Path file = Files.createFile(cache.resolve("file"));
    assertThat(NativeLibrary.unpack(file, platform)).isEmpty();
    assertThat(NativeLibrary.unpack(cache, "plan9-mips")).isEmpty();
    assertThat(NativeLibrary.exists("plan9-mips")).isFalse();
  }
}
