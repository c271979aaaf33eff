package dev.embark.bench;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.embark.bundle.Pipeline.Letters;
import dev.embark.tokenize.Tokenizer;
import dev.embark.tokenize.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Texts to ids on one thread: our tokenizer, and the native `tokenizers` library through its Java
/// binding, with the same file, texts and limit. The result is the time of all texts of a kind.
///
/// Before anything is timed, both are held to give the same ids.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class TokenizerBenchmark {
  /// The tokenizer on the class path.
  static final String MINILM = "minilm";

  /// Where further tokenizers lie, each in a folder of its own.
  static final String TOKENIZERS = "embark.bench.tokenizers";

  /// Where the evaluation data lies.
  static final String DATA = "embark.bench.data";

  private static final String RESOURCE = "/all-minilm-l6-v2-tokenizer.json";
  private static final String FILE = "tokenizer.json";
  private static final int TEXTS = 200;

  @Param(MINILM)
  private String tokenizer = MINILM;

  @Param private Kind kind = Kind.SENTENCES;

  /// Longest result in tokens.
  @Param({"128", "256"})
  private int limit;

  /// What texts there are.
  public enum Kind {
    /// English, about ten words each.
    SENTENCES,
    /// English, about 120 words each.
    PARAGRAPHS,
    /// Paragraphs in English, German and Chinese.
    MIXED
  }

  private final Tokens tokens = new Tokens();
  private List<String> texts = List.of();

  // JMH calls open() before anything else.
  @SuppressWarnings("NullAway.Init")
  private Tokenizer ours;

  @SuppressWarnings("NullAway.Init")
  private HuggingFaceTokenizer theirs;

  @Setup(Level.Trial)
  public void open() throws IOException {
    // Both get tokenizer.json alone: a configuration beside it is read by one side only.
    var folder = Files.createTempDirectory("embark-bench");
    var file = folder.resolve(FILE);
    try {
      copy(file);
      var options =
          Map.of(
              "truncation",
              "true",
              "padding",
              "false",
              "maxLength",
              Integer.toString(limit),
              "modelMaxLength",
              Integer.toString(limit));
      theirs = HuggingFaceTokenizer.newInstance(file, options);
      ours = Tokenizer.open(folder, Letters.AS_WRITTEN);
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
    texts = texts(new Corpus(Path.of(System.getProperty(DATA, "../shared/data"))));
    texts.forEach(this::requireEqualIds);
  }

  private void copy(Path file) throws IOException {
    if (!tokenizer.equals(MINILM)) {
      Files.copy(Path.of(System.getProperty(TOKENIZERS, "")).resolve(tokenizer, FILE), file);
      return;
    }
    try (var resource = TokenizerBenchmark.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new IllegalStateException(RESOURCE + " is not on the class path");
      }
      Files.copy(resource, file);
    }
  }

  private List<String> texts(Corpus corpus) {
    return switch (kind) {
      case SENTENCES -> corpus.pairs().subList(0, TEXTS);
      case PARAGRAPHS -> corpus.paragraphs("en").subList(0, TEXTS);
      case MIXED -> {
        var mixed = new ArrayList<String>();
        for (var language : List.of("en", "de", "zh")) {
          mixed.addAll(corpus.paragraphs(language).subList(0, TEXTS / 3));
        }
        yield List.copyOf(mixed);
      }
    };
  }

  private void requireEqualIds(String text) {
    ours.encode(text, limit, tokens);
    long[] expected = theirs.encode(text).getIds();
    long[] actual = Arrays.stream(tokens.toIds()).asLongStream().toArray();
    if (!Arrays.equals(actual, expected)) {
      throw new IllegalStateException("other ids for: " + text);
    }
  }

  /// Ids into a buffer that is used again.
  @Benchmark
  public long embark() {
    long sum = 0;
    for (var text : texts) {
      ours.encode(text, limit, tokens);
      sum += tokens.length();
    }
    return sum;
  }

  /// Ids by the binding's own method, which also makes an object of masks, offsets and words.
  @Benchmark
  public long djl() {
    long sum = 0;
    for (var text : texts) {
      sum += theirs.encode(text).getIds().length;
    }
    return sum;
  }

  @TearDown(Level.Trial)
  public void close() {
    theirs.close();
  }
}
