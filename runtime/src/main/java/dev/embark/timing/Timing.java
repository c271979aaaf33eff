package dev.embark.timing;

import dev.embark.backend.Backend;
import dev.embark.backend.Observed;
import dev.embark.bundle.Chain;
import dev.embark.bundle.Chain.Sequence;
import dev.embark.bundle.Output;
import dev.embark.bundle.Variant;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Engine;
import dev.embark.embed.Input;
import dev.embark.embed.ModelFiles;
import dev.embark.embed.Prompt;
import dev.embark.embed.TextPair;
import dev.embark.progress.Progress;
import dev.embark.verify.FirstUse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/// How long a variant of a bundle takes for texts of several lengths, and which stage takes it.
///
/// Texts are computed as users' are, all processors at work. After a round that warms up come
/// rounds until they have taken [#LEAST_NANOS] together, of which the median counts.
public final class Timing {
  /// Lengths in tokens where no variant has lengths of its own.
  private static final List<Integer> USUAL_LENGTHS = List.of(16, 64, 256);

  private static final int ROUND_TEXTS = 16;
  private static final int ROUNDS_MIN = 3;
  private static final int ROUNDS_MAX = 200;

  /// Nanoseconds that the rounds of a length take at least, unless they are very many.
  static final long LEAST_NANOS = 1_000_000_000L;

  private static final double NANOS_OF_MILLI = 1e6;
  private static final String WORD = "river ";

  private final EmbedSettings settings;
  private final LongSupplier nanos;

  /// Prepares to time.
  ///
  /// @param nanos a clock, such as `System::nanoTime`
  public Timing(EmbedSettings settings, LongSupplier nanos) {
    this.settings = settings;
    this.nanos = nanos;
  }

  /// Milliseconds a text of so many tokens.
  ///
  /// @param whole from text to result, by the wall clock, with all processors at work
  /// @param stages of one run of each, by its name; several may run at a time
  public record Length(int tokens, double whole, Map<String, Double> stages) {
    public Length {
      stages = Collections.unmodifiableMap(new LinkedHashMap<>(stages));
    }
  }

  /// Returns the lengths at which the variants of a bundle are compared: all that any of them has.
  public static List<Integer> lengths(List<Variant> variants, int maxTokens) {
    var lengths = new TreeSet<Integer>();
    for (var variant : variants) {
      for (var stage : variant.chain().stages()) {
        for (var file : stage.files()) {
          switch (file.sequence()) {
            case Sequence.Any() -> {}
            case Sequence.Exactly(int length) -> lengths.add(length);
          }
        }
      }
    }
    var chosen = lengths.isEmpty() ? USUAL_LENGTHS : List.copyOf(lengths);
    return chosen.stream().map(length -> Math.min(length, maxTokens)).distinct().toList();
  }

  /// Times a variant, after it has been proven here where it was not; throws a `Problem` where it
  /// does not run or is not right.
  ///
  /// @param proof of the variant on this machine
  public List<Length> run(
      ModelFiles files, Backend backend, FirstUse proof, List<Integer> lengths, Progress progress) {
    var watch = new Stopwatch(nanos);
    try (var engine = Engine.open(files, new Observed(backend, watch), settings)) {
      proof.check(engine, progress);
      try (var task = progress.begin("Timing", lengths.size(), Progress.Unit.STEPS)) {
        return lengths.stream()
            .map(length -> {
              var timed = time(engine, files, length, watch);
              task.advance(1);
              return timed;
            })
            .toList();
      }
    }
  }

  private Length time(Engine engine, ModelFiles files, int length, Stopwatch watch) {
    var output = engine.pipeline().outputs().getFirst();
    var inputs = Collections.nCopies(ROUND_TEXTS, input(engine, output, length));
    round(engine, inputs, output);
    watch.clear();
    var rounds = new double[ROUNDS_MAX];
    int count = 0;
    for (long left = LEAST_NANOS; count < ROUNDS_MAX && (count < ROUNDS_MIN || left > 0); count++) {
      long taken = round(engine, inputs, output);
      rounds[count] = taken;
      left -= taken;
    }
    Arrays.sort(rounds, 0, count);
    double whole = rounds[count / 2] / ROUND_TEXTS / NANOS_OF_MILLI;
    return new Length(length, whole, stages(files, watch));
  }

  private long round(Engine engine, List<Input> inputs, Output output) {
    long start = nanos.getAsLong();
    engine.values(inputs, output, Progress.SILENT.begin("", 0, Progress.Unit.TEXTS));
    return nanos.getAsLong() - start;
  }

  private static Map<String, Double> stages(ModelFiles files, Stopwatch watch) {
    var stages = new LinkedHashMap<String, Double>();
    for (var stage : files.chain().stages()) {
      watch
          .perText(paths(files.folder(), stage))
          .ifPresent(perText -> stages.put(stage.name(), perText / NANOS_OF_MILLI));
    }
    return stages;
  }

  private static List<Path> paths(Path folder, Chain.Stage stage) {
    return stage.files().stream().map(file -> folder.resolve(file.path())).distinct().toList();
  }

  /// Returns the longest input of plain words that has at most `length` tokens; the shortest there
  /// is, where a prompt alone has more.
  private static Input input(Engine engine, Output output, int length) {
    int low = 1;
    int high = Math.max(1, length);
    while (low < high) {
      int middle = (low + high + 1) / 2;
      if (engine.encode(words(output, middle), output).untruncatedLength() <= length) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return words(output, low);
  }

  private static Input words(Output output, int count) {
    var text = WORD.repeat(count).strip();
    return switch (output) {
      case Output.Score _ -> Input.of(new TextPair(WORD.strip(), text));
      case Output.Embedding _, Output.Sparse _, Output.Lexical _, Output.MultiVector _ ->
          Input.of(text, new Prompt.Default());
    };
  }
}
