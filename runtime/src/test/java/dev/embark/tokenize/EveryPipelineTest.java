package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.bundle.Pipeline.Letters;
import dev.embark.problem.Problem;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// What holds for the pipelines of all families beside the ids themselves.
class EveryPipelineTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "tokenize");
  private static final List<String> NAMES =
      List.of(
          "albert",
          "deberta-v2",
          "gemma3",
          "llama3",
          "mistral",
          "modernbert",
          "qwen3",
          "roberta",
          "t5",
          "xlm-roberta");

  private final Tokens tokens = new Tokens();

  private static Tokenizer open(String name) {
    return Tokenizer.open(FOLDER.resolve(name), Letters.AS_WRITTEN);
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void encodingAllocatesNothing(String name) {
    var tokenizer = open(name);
    var texts = new ArrayList<String>();
    var generator = new Texts(1);
    for (int i = 0; i < 200; i++) {
      texts.add(generator.next());
    }
    texts.add("The orchestra tuned their instruments before the concert began. ".repeat(50));
    var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    encodeAll(tokenizer, texts);
    encodeAll(tokenizer, texts);
    long calibration = bean.getCurrentThreadAllocatedBytes();
    calibration = bean.getCurrentThreadAllocatedBytes() - calibration;
    long before = bean.getCurrentThreadAllocatedBytes();
    encodeAll(tokenizer, texts);
    long allocated = bean.getCurrentThreadAllocatedBytes() - before - calibration;
    // Less than a byte a text: what is left belongs to the measurement.
    assertThat(allocated).isLessThan(texts.size());
  }

  private void encodeAll(Tokenizer tokenizer, List<String> texts) {
    for (int i = 0; i < texts.size(); i++) {
      tokenizer.encode(texts.get(i), 64, tokens);
    }
  }

  /// Texts that a quadratic step anywhere would take hours for.
  @ParameterizedTest
  @FieldSource("NAMES")
  void longTextsTakeTimeInProportion(String name) {
    var tokenizer = open(name);
    int length = 300_000;
    for (var part :
        List.of(
            "a",
            "the ",
            " ",
            "\n",
            " \n",
            "\u0301",
            "\u302E\u302F\uD834\uDD65",
            "<",
            "1",
            "東",
            "\uD83D",
            "A",
            "'",
            "ab1",
            "[MASK]",
            "\uAC01",
            "\u1100\u1161",
            "▁",
            "=")) {
      tokenizer.encode(part.repeat(length / part.length()), 64, tokens);
      assertThat(tokens.length()).isLessThanOrEqualTo(64);
      tokenizer.encode(part.repeat(length / part.length()) + "x", 64, tokens);
    }
  }

  /// One scratch serves all tokenizers: what it remembers of one is not taken for another's.
  @Test
  void tokenizersTakeTurns() {
    var tokenizers = NAMES.stream().map(EveryPipelineTest::open).toList();
    var generator = new Texts(3);
    for (int i = 0; i < 200; i++) {
      var text = generator.next() + " the report";
      for (var tokenizer : tokenizers) {
        var own = new Tokens();
        tokenizer.encode(text, 100, own);
        tokenizer.encode(text, 100, tokens);
        assertThat(tokens.toIds()).containsExactly(own.toIds());
      }
    }
  }

  /// A file with a changed byte is a tokenizer or a problem, never another failure.
  @ParameterizedTest
  @FieldSource("NAMES")
  void damagedFileIsAProblem(String name, @TempDir Path folder) throws IOException {
    var bytes = Files.readAllBytes(FOLDER.resolve(name).resolve("tokenizer.json"));
    var random = new SplittableRandom(name.hashCode());
    var marks = "{}[],:\"\\0-e x".getBytes(StandardCharsets.US_ASCII);
    int problems = 0;
    for (int i = 0; i < 60; i++) {
      var damaged = bytes.clone();
      // Half of the changes hit the part before the long lists.
      int place = random.nextInt(i % 2 == 0 ? damaged.length : Math.min(5000, damaged.length));
      damaged[place] = marks[random.nextInt(marks.length)];
      Files.write(folder.resolve("tokenizer.json"), damaged);
      try {
        Tokenizer.open(folder, Letters.AS_WRITTEN).encode("The a▁b [MASK] é東\n\n", 64, tokens);
      } catch (Problem expected) {
        assertThat(expected.getMessage()).isNotEmpty();
        problems++;
      }
    }
    assertThat(problems).isPositive();
  }
}
