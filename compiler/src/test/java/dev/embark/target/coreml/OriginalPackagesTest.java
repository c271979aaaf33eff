package dev.embark.target.coreml;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.format.json.Json;
import dev.embark.testing.CoreMlOracle;
import dev.embark.testing.Fixture;
import dev.embark.testing.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Packages of models under `testdata`, checked by a stranger, and evaluated by it against the
/// answers of the original implementation. Most texts are shorter than the programs are long.
@Tag("coreml")
final class OriginalPackagesTest {
  private static final List<MilOpset> USUAL = List.of(MilOpset.COREML7);
  private static final List<MilOpset> ALL = List.of(MilOpset.values());

  /// With layer norms, with root mean square norms, and with bytes of every kind.
  private static final Set<String> WITH_ALL_OPSETS =
      Set.of("bert-mean", "modernbert-cls", "qwen3-lasttoken-bf16-sharded");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "albert-mean",
        "bert-cased-meanmax",
        "bert-cls-dense",
        "bert-max-nonorm",
        "bert-mean",
        "bert-weightedmean-noprompt",
        "bge-m3-like",
        "distilbert-mean",
        "electra-mean",
        "gemma3-bidir-mean-dense2-bf16",
        "gte-cls-fp16",
        "llama3-mean-bf16",
        "mistral-lasttoken",
        "modernbert-cls",
        "mpnet-mean",
        "qwen2-lasttoken-bf16",
        "qwen3-lasttoken-bf16-sharded",
        "roberta-mean",
        "t5-encoder-mean-dense",
        "xlmroberta-mean-fp16"
      })
  void theOracleComesToTheVectorsOfTheOriginal(String name) throws IOException {
    var fixture = Fixture.of(name);
    var answers = fixture.answers();
    int length = Arrays.stream(answers.ids()).mapToInt(row -> row.length).max().orElseThrow();
    samples(fixture, length).write(folder.resolve("in.npz"));
    new Npz()
        .integers("input_ids", new long[1][length])
        .integers("attention_mask", new long[1][length])
        .write(folder.resolve("nothing.npz"));
    new Npz().floats("embeddings", answers.embeddings()).write(folder.resolve("want.npz"));
    double largest = 1;
    for (var vector : answers.embeddings()) {
      for (float value : vector) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    for (var precision : CoreMlPrecision.values()) {
      for (var opset : WITH_ALL_OPSETS.contains(name) ? ALL : USUAL) {
        var file = folder.resolve(precision + "-" + opset + ".mlpackage");
        Packages.write(fixture, length, precision, opset, file);
        requireAccepted(file, options(precision, largest));
        // Of nothing there is no cosine, but no NaN either.
        requireAccepted(file, List.of("--inputs", folder.resolve("nothing.npz").toString()));
      }
    }
  }

  @Test
  void programsOfOnePackageShareTheirWeights() throws IOException {
    var fixture = Fixture.of("bert-mean");
    var one = folder.resolve("one.mlpackage");
    var two = folder.resolve("two.mlpackage");
    Packages.write(fixture, 64, CoreMlPrecision.FP32, MilOpset.COREML8, one);
    Packages.writeTwo(fixture, 48, 64, two);
    samples(fixture, 64).write(folder.resolve("in.npz"));
    new Npz()
        .floats("embeddings", fixture.answers().embeddings())
        .write(folder.resolve("want.npz"));

    var options = new ArrayList<>(options(CoreMlPrecision.FP32, 1));
    options.addAll(List.of("--function", "tokens_64"));
    requireAccepted(two, options);
    requireAccepted(two, List.of("--strict", "--function", "tokens_48"));
    var weights = "Data/com.apple.CoreML/weights/weight.bin";
    // Only what depends on the length is there twice: rows of positions.
    assertThat(Files.size(two.resolve(weights)) - Files.size(one.resolve(weights)))
        .isBetween(1L, 48 * 32 * 4L + 256);
  }

  private static void requireAccepted(Path file, List<String> options) throws IOException {
    var said = CoreMlOracle.run(file, options);
    assertThat(said.code()).as("%s%n%s", file.getFileName(), said.text()).isZero();
  }

  private List<String> options(CoreMlPrecision precision, double largest) {
    var options = new ArrayList<String>();
    options.addAll(List.of("--strict", "--inputs", folder.resolve("in.npz").toString()));
    options.addAll(List.of("--expect", folder.resolve("want.npz").toString()));
    options.addAll(
        switch (precision) {
          case FP32 -> List.of("--atol", Double.toString(1e-5 * largest));
          case FP16 -> List.of("--atol", Double.toString(2e-3 * largest), "--min-cosine", "0.9999");
          // Of rows of 32 values; real models are closer.
          case INT8_WEIGHTS ->
              List.of("--atol", Double.toString(0.1 * largest), "--min-cosine", "0.995");
        });
    return options;
  }

  private static Npz samples(Fixture fixture, int length) {
    var config = Json.readObject(fixture.folder().resolve("config.json"));
    long pad = config.path("pad_token_id").asLong(0);
    var given = fixture.answers().ids();
    var ids = new long[given.length][length];
    var mask = new long[given.length][length];
    for (int i = 0; i < given.length; i++) {
      Arrays.fill(ids[i], pad);
      System.arraycopy(given[i], 0, ids[i], 0, given[i].length);
      Arrays.fill(mask[i], 0, given[i].length, 1);
    }
    return new Npz().integers("input_ids", ids).integers("attention_mask", mask);
  }
}
