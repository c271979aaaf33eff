package dev.embark.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StampTest {
  @TempDir Path temporary;
  private Path cache;
  private Path folder;

  @BeforeEach
  void writeBundle() {
    cache = temporary.resolve("cache");
    folder = temporary.resolve("bundle");
    try (var writer = BundleWriter.create(folder)) {
      writer.write(SampleManifest.MODEL, new byte[] {1, 2, 3});
      writer.write(SampleManifest.REFERENCES, new byte[] {4});
      writer.commit(SampleManifest.of(writer.digests(), SampleManifest.proven()));
    }
  }

  private Stamp stamp(String machine) {
    var bundle = Bundle.open(folder);
    return new Stamp(bundle, bundle.manifest().preferred(), machine, cache);
  }

  @Test
  void holdsOnceWritten() {
    assertThat(stamp("cpu").holds()).isFalse();
    assertThat(stamp("cpu").write()).isEqualTo(new Stamp.Outcome.Written());
    assertThat(stamp("cpu").holds()).isTrue();
  }

  @Test
  void anotherMachineProvesAgain() {
    stamp("cpu").write();
    assertThat(stamp("other cpu").holds()).isFalse();
  }

  @Test
  void touchedFileProvesAgain() throws IOException {
    stamp("cpu").write();
    Files.setLastModifiedTime(folder.resolve(SampleManifest.MODEL), FileTime.fromMillis(1));
    assertThat(stamp("cpu").holds()).isFalse();
  }

  @Test
  void copiesOfABundleHaveTheirOwnNotes() {
    stamp("cpu").write();
    Path first = folder;
    folder = temporary.resolve("other");
    try (var writer = BundleWriter.create(folder)) {
      writer.copy(first.resolve(SampleManifest.MODEL), SampleManifest.MODEL);
      writer.copy(first.resolve(SampleManifest.REFERENCES), SampleManifest.REFERENCES);
      writer.commit(SampleManifest.of(writer.digests(), SampleManifest.proven()));
    }
    assertThat(stamp("cpu").holds()).isFalse();
    stamp("cpu").write();
    folder = first;
    assertThat(stamp("cpu").holds()).isTrue();
  }

  @Test
  void unwritableCacheIsReported() throws IOException {
    cache = Files.createFile(temporary.resolve("file"));
    assertThat(stamp("cpu").write()).isInstanceOf(Stamp.Outcome.NotWritten.class);
    assertThat(stamp("cpu").holds()).isFalse();
  }

  @Test
  void cacheFollowsTheXdgSpecification() {
    var xdg = Map.of("XDG_CACHE_HOME", "/xdg", "HOME", "/home/me");
    assertThat(MachineCache.folder(xdg)).isEqualTo(Path.of("/xdg/embark"));
    var relative = Map.of("XDG_CACHE_HOME", "xdg", "HOME", "/home/me");
    assertThat(MachineCache.folder(relative)).isEqualTo(Path.of("/home/me/.cache/embark"));
    assertThat(MachineCache.folder(Map.of()))
        .isEqualTo(Path.of(System.getProperty("user.home"), ".cache", "embark"));
  }
}
