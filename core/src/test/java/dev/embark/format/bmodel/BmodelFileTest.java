package dev.embark.format.bmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The beginning of a file that `tpuc-opt` of tpu_mlir 1.30.2 wrote for the first fixture, without
/// its weights and kernels.
final class BmodelFileTest {
  @TempDir Path folder;

  private static byte[] original() {
    try (var stream = BmodelFileTest.class.getResourceAsStream("bert-mean-16.head.hex")) {
      if (stream == null) {
        throw new AssertionError("the resource is missing");
      }
      return HexFormat.of()
          .parseHex(
              new String(stream.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", ""));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("m.bmodel"), bytes);
  }

  @Test
  void saysWhatItHolds() throws IOException {
    var file = BmodelFile.read(write(original()));

    assertThat(file.chip()).isEqualTo("BM1684X");
    assertThat(file.version()).contains("1.30.2");
    assertThat(file.networks()).hasSize(1);
    var network = file.networks().getFirst();
    assertThat(network.name()).isEqualTo("trunk16");
    assertThat(network.stages()).hasSize(1);
    assertThat(network.stages().getFirst().inputs())
        .containsExactlyInAnyOrder(
            new BmodelFile.Tensor("inputs_embeds", "FLOAT32", List.of(1L, 16L, 32L)),
            new BmodelFile.Tensor("attn_bias", "FLOAT32", List.of(1L, 16L)));
    assertThat(file.weightBytes()).isEqualTo(131_072);
    assertThat(network.stages().getFirst().outputs())
        .extracting(BmodelFile.Tensor::shape)
        .containsExactly(List.of(1L, 16L, 32L));
  }

  @Test
  void damageIsTold() throws IOException {
    var bytes = original();
    for (int length : new int[] {0, 63, 64, bytes.length - 1}) {
      var file = write(Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> BmodelFile.read(file))
          .isInstanceOf(Problem.class)
          .hasMessageContaining("m.bmodel");
    }
  }

  @Test
  void noFlippedBitMakesItFallOver() throws IOException {
    var random = new Random(5);
    for (int i = 0; i < 1000; i++) {
      var bytes = original();
      bytes[64 + random.nextInt(bytes.length - 64)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      try {
        assertThat(BmodelFile.read(write(bytes)).bytes()).isEqualTo(bytes.length);
      } catch (Problem e) {
        assertThat(e.what()).contains("m.bmodel");
      }
    }
  }
}
