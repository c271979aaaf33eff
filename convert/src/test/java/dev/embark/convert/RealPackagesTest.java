package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.embed.Prompt;
import dev.embark.format.mlprogram.MlPackage;
import dev.embark.target.coreml.MilOpset;
import dev.embark.testing.CoreMlOracle;
import dev.embark.testing.Npz;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Packages of real models, evaluated by a stranger: against the vectors of the original
/// implementation, and against our own evaluation of the same file.
@Tag("coreml")
final class RealPackagesTest {
  private static final int SEQUENCE = 128;
  private static final int SAMPLES = 16;
  private static final int WORDS = 8;

  @TempDir static Path cache;
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "MINILM, FP32, 1e-5, 0.999999, 1e-6",
    "MINILM, FP16, 2e-3, 0.9999, 1e-3",
    "MINILM, INT8_WEIGHTS, 5e-2, 0.999, 1e-3",
    "BGE_SMALL, FP32, 1e-5, 0.999999, 1e-6",
    "BGE_SMALL, FP16, 2e-3, 0.9999, 1e-3",
    "BGE_SMALL, INT8_WEIGHTS, 5e-2, 0.999, 2e-3"
  })
  void theOracleComesToTheSame(
      RealModel model, Precision precision, double limit, double cosine, double ours)
      throws IOException {
    var target = Target.CoreMl.of(model.name(), MilOpset.COREML7);
    var bundle =
        model
            .trial()
            .with(Recipe.coreMl(precision, target, List.of(SEQUENCE)))
            .convert(folder.resolve("b"), cache);
    var file = bundle.folder().resolve("coreml/" + model.name() + MlPackage.EXTENSION);
    var texts = RealModel.texts();
    var ids = model.ids();
    int[] chosen =
        IntStream.range(0, ids.length)
            .filter(i -> ids[i].length <= SEQUENCE && texts.get(i).split(" ", -1).length >= WORDS)
            .limit(SAMPLES)
            .toArray();
    samples(chosen, ids).write(folder.resolve("in.npz"));

    var expected = model.embeddings();
    var original = Arrays.stream(chosen).mapToObj(i -> expected[i]).toArray(float[][]::new);
    requireEqual(file, original, limit, cosine);
    try (var opened = Trial.open(bundle.folder(), cache)) {
      var asked = Arrays.stream(chosen).mapToObj(texts::get).toList();
      var evaluated =
          opened.embedder().embed(asked, new Prompt.None()).stream()
              .map(each -> each.vector())
              .toArray(float[][]::new);
      requireEqual(file, evaluated, ours, 0.9999);
    }
  }

  private void requireEqual(Path file, float[][] vectors, double limit, double cosine)
      throws IOException {
    new Npz().floats("embeddings", vectors).write(folder.resolve("want.npz"));
    var said =
        CoreMlOracle.run(
            file,
            List.of(
                "--strict",
                "--inputs",
                folder.resolve("in.npz").toString(),
                "--expect",
                folder.resolve("want.npz").toString(),
                "--atol",
                Double.toString(limit),
                "--min-cosine",
                Double.toString(cosine)));
    assertThat(said.code()).as(said.text()).isZero();
    said.text().lines().filter(line -> line.startsWith("compare")).forEach(System.out::println);
  }

  private static Npz samples(int[] chosen, long[][] given) {
    var ids = new long[chosen.length][SEQUENCE];
    var mask = new long[chosen.length][SEQUENCE];
    for (int i = 0; i < chosen.length; i++) {
      var row = given[chosen[i]];
      System.arraycopy(row, 0, ids[i], 0, row.length);
      Arrays.fill(mask[i], 0, row.length, 1);
    }
    return new Npz().integers("input_ids", ids).integers("attention_mask", mask);
  }
}
