package dev.embark.convert;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.format.onnx.OnnxContent;
import dev.embark.format.onnx.OnnxFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostStagesTest {
  private static final String TABLE = "embeddings.word_embeddings.weight";

  @TempDir static Path cache;
  @TempDir Path folder;

  @Test
  void tablesOfTheWholeModelAreNotWrittenAgain() throws IOException {
    var plain = NpuBundle.plain(folder, cache);
    var bundle = NpuBundle.of(plain, folder.resolve("npu"), cache).bundle();
    var prologue = bundle.file("onnx/prologue-fp16.onnx");

    var places = OnnxFile.places(bundle.file("onnx/model.onnx"));
    var table = requireNonNull(places.get(TABLE), TABLE);
    assertThat(OnnxFile.places(prologue)).containsEntry(TABLE, table);
    assertThat(Files.size(prologue)).isLessThan(table.shape().elementCount() * Float.BYTES);
    try (var arena = Arena.ofConfined()) {
      assertThat(bytes(prologue, arena)).isEqualTo(bytes(bundle.file("onnx/model.onnx"), arena));
    }
  }

  private static byte[] bytes(Path model, Arena arena) {
    return OnnxFile.read(model, arena).graph().initializers().stream()
        .filter(each -> each.name().equals(TABLE))
        .map(each -> ((OnnxContent.Stored) each.content()).tensor().bytes())
        .map(bytes -> bytes.toArray(ValueLayout.JAVA_BYTE))
        .findFirst()
        .orElseThrow();
  }
}
