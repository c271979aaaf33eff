package dev.embark.embed;

import dev.embark.backend.Backend;
import dev.embark.backend.ByLength;
import dev.embark.backend.Executable;
import dev.embark.backend.Executable.Port;
import dev.embark.backend.Pace;
import dev.embark.bundle.Chain;
import dev.embark.bundle.Chain.Stage;
import dev.embark.bundle.Chain.StageFile;
import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.embed.Lane.Layout;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.tokenize.Side;
import dev.embark.tokenize.Tokenizer;
import dev.embark.tokenize.Tokens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A model that is open: tokenizer, executable, and the threads that all users share. [Embedder]
/// and [Reranker] are ways to ask it.
///
/// Thread-safe. The number of users does not change the load on the machine. Results come in the
/// order of the items, and an item's values do not depend on its neighbours.
public final class Engine implements AutoCloseable {
  private final Pipeline pipeline;
  private final EmbedSettings settings;
  private final Vocabulary vocabulary;
  private final Executable executable;
  private final Pace pace;
  private final Lanes lanes;
  private final AtomicBoolean isClosed = new AtomicBoolean();

  private Engine(
      ModelFiles model,
      EmbedSettings settings,
      Tokenizer tokenizer,
      Executable executable,
      Pace pace) {
    this.pipeline = model.pipeline();
    this.settings = settings;
    this.vocabulary = new Vocabulary(tokenizer, model.model().vocabSize());
    this.executable = executable;
    this.pace = pace;
    this.lanes = new Lanes(settings.callers(), this::lane);
  }

  /// Who goes on where a device goes away in the middle of its work.
  public interface Substitute {
    /// Opens an engine for the same texts and outputs, of any length; throws `why` where there is
    /// none.
    Engine open(Problem why);
  }

  /// Opens a model; `backend` must be the one its chain names.
  public static Engine open(ModelFiles model, Backend backend, EmbedSettings settings) {
    return open(
        model,
        backend,
        settings,
        why -> {
          throw why;
        });
  }

  /// Opens a model with a substitute for the time after its device went away.
  public static Engine open(
      ModelFiles model, Backend backend, EmbedSettings settings, Substitute substitute) {
    // Each takes a good part of a cold start, and neither needs the other.
    var tokenizer = new FutureTask<>(model::openTokenizer);
    Thread.ofPlatform().daemon().name("embark-tokenizer").start(tokenizer);
    var executable = new Relay(open(model, backend), substitute);
    try {
      var first = model.chain().stages().getFirst().files().getFirst();
      checkPorts(executable, model.pipeline(), model.folder().resolve(first.path()));
      return new Engine(model, settings, opened(tokenizer), executable, backend.pace());
    } catch (RuntimeException e) {
      executable.close();
      throw e;
    }
  }

  private static Tokenizer opened(FutureTask<Tokenizer> tokenizer) {
    try {
      return tokenizer.get();
    } catch (ExecutionException e) {
      throw Lanes.cause(e);
    } catch (InterruptedException _) {
      throw Lanes.interrupted();
    }
  }

  /// Opens all stages of a chain: one, or three with the layers in the middle.
  private static Executable open(ModelFiles model, Backend backend) {
    var stages = model.chain().stages();
    return switch (stages.size()) {
      case 1 -> open(model, stages.getFirst(), backend);
      case 3 -> {
        var opened = new ArrayList<Executable>();
        try {
          stages.forEach(stage -> opened.add(open(model, stage, backend)));
          yield new Staged(opened.get(0), opened.get(1), opened.get(2));
        } catch (RuntimeException e) {
          opened.forEach(Executable::close);
          throw e;
        }
      }
      default -> // a manifest may say any number
          throw unsupported(model.chain(), "has " + stages.size() + " stages");
    };
  }

  private static Executable open(ModelFiles model, Stage stage, Backend backend) {
    var own =
        backend
            .stage(stage.backend())
            .orElseThrow(() ->
                unsupported(
                    model.chain(),
                    "has a stage for " + stage.backend() + ", not for " + backend.name()));
    return open(model.folder(), stage.files(), own);
  }

  private static Problem unsupported(Chain chain, String why) {
    return new Problem(
        Category.UNSUPPORTED,
        "The chain \"" + chain.name() + "\" " + why + ".",
        "This Embark runs chains of one stage, or of three.",
        "Use the Embark that wrote the bundle, or convert the model again with this one.");
  }

  /// Opens all files of a stage; one that takes several lengths is opened once.
  private static Executable open(Path folder, List<StageFile> files, Backend backend) {
    var paths = files.stream().map(StageFile::path).distinct().toList();
    if (paths.size() == 1) {
      return backend.open(folder.resolve(paths.getFirst()));
    }
    var byLength = new TreeMap<Integer, Executable>();
    Runnable release = () -> byLength.values().forEach(Executable::close);
    try {
      for (var path : paths) {
        var opened = backend.open(folder.resolve(path));
        byLength.put(Frame.of(opened).longest(), opened);
      }
      return new ByLength(byLength, release);
    } catch (RuntimeException e) {
      release.run();
      throw e;
    }
  }

  private static void checkPorts(Executable executable, Pipeline pipeline, Path file) {
    var inputs = names(executable.inputs());
    var outputs = names(executable.outputs());
    var needed =
        pipeline.outputs().stream()
            .map(Output::port)
            .collect(Collectors.toCollection(TreeSet::new));
    if (ModelInput.named(inputs).isEmpty() || !outputs.containsAll(needed)) {
      throw new Problem(
          Category.UNSUPPORTED,
          file + " takes " + inputs + " and gives " + outputs + ".",
          "Embark runs models that take "
              + ModelInput.names()
              + " (the last if they use it), and expects this one to give "
              + needed
              + ".",
          "Convert the original checkpoint with Embark.");
    }
  }

  private static Set<String> names(List<Port> ports) {
    return ports.stream().map(Port::name).collect(Collectors.toCollection(TreeSet::new));
  }

  Executable executable() {
    return executable;
  }

  private Lane lane() {
    return new Lane(executable, vocabulary.tokenizer().padId());
  }

  public Pipeline pipeline() {
    return pipeline;
  }

  /// Returns the lengths to which texts are filled up, rising; empty where none is.
  public List<Integer> lengths() {
    return Frame.of(executable).sequences();
  }

  /// Returns how much can be asked of the model's backends.
  public Pace pace() {
    return pace;
  }

  EmbedSettings settings() {
    return settings;
  }

  TextReading reading(TextReading.Manner manner) {
    return new TextReading(pipeline, vocabulary, manner);
  }

  PairReading reading(PairReading.Manner manner) {
    return new PairReading(pipeline, vocabulary, manner);
  }

  /// Returns what the model is given for an input, one of whose outputs is wanted.
  public EncodedText encode(Input input, Output output) {
    return new InputReading(pipeline, vocabulary, output).encode(input, 1, new Tokens());
  }

  /// Returns the values of an output for inputs, in their order, computed in the way users do:
  /// those of a text, or those of its positions one after the other.
  ///
  /// @param progress advanced by each input computed, from any thread
  public List<float[]> values(List<Input> inputs, Output output, Progress.Task progress) {
    var values = new ArrayList<float[]>(inputs.size());
    stream(inputs.iterator(), valueJob(output), progress, (_, each) -> values.add(each));
    return values;
  }

  /// Returns the values of an output for inputs in one batch of exactly `sequence` positions,
  /// whatever that wastes: the means by which values are shown not to depend on neighbours and
  /// padding.
  ///
  /// @param sequence at least as long as the longest input, at most [Pipeline#maxTokens]
  /// @param padding the side on which shorter inputs are filled up; users' are filled up on the
  ///   right
  public List<float[]> valuesTogether(
      List<Input> inputs, Output output, int sequence, Side padding) {
    Job<Input, float[]> job = valueJob(output);
    EncodedText[] encoded = encode(inputs, job, 0);
    int longest = IntStream.of(lengths(encoded)).max().orElse(0);
    if (inputs.size() > settings.windowTexts()
        || longest > sequence
        || sequence > Math.max(1, pipeline.maxTokens())) {
      throw new IllegalArgumentException(
          inputs.size() + " inputs of " + longest + " tokens in " + sequence + " positions");
    }
    float[][] results = job.shaping().room(encoded.length);
    int[] all = IntStream.range(0, encoded.length).toArray();
    try (var wide = lane()) {
      var batch = new Batch<>(job, encoded, all, results);
      lanes.share(1, (_, _) -> wide.run(batch, new Layout(sequence, padding)));
    }
    return Arrays.asList(results);
  }

  private Job<Input, float[]> valueJob(Output output) {
    return new Job<>(
        new InputReading(pipeline, vocabulary, output), List.of(output), new ValueShaping(output));
  }

  /// Does a job with a stream of any length, in memory that does not grow with it.
  ///
  /// Throws a `Problem` of category `INTERRUPTED` where the calling thread is interrupted; what the
  /// sink has got until then is complete and in order.
  ///
  /// @param progress advanced by each item computed, from any thread
  <I, R> void stream(Iterator<I> items, Job<I, R> job, Progress.Task progress, Sink<R> sink) {
    var budget = Budget.of(settings, pipeline, job.outputs());
    long done = 0;
    while (items.hasNext()) {
      List<I> window = window(items, job, budget, done);
      EncodedText[] encoded = encode(window, job, done);
      int[] lengths = lengths(encoded);
      List<int[]> batches = Batcher.plan(lengths, budget.batchTokens(), budget.batchTexts());
      R[] results = job.shaping().room(encoded.length);
      lanes.share(
          batches.size(),
          (lane, i) -> {
            int[] batch = batches.get(i);
            var layout = new Layout(Math.max(1, lengths[batch[0]]), Side.RIGHT);
            lane.run(new Batch<>(job, encoded, batch, results), layout);
            progress.advance(batch.length);
          });
      for (R result : results) {
        job.shaping().check(result, done + 1);
        sink.accept(done, result);
        done++;
      }
    }
  }

  /// Returns items until the window is full.
  private <I> List<I> window(Iterator<I> items, Job<I, ?> job, Budget budget, long done) {
    var window = new ArrayList<I>();
    long chars = 0;
    while (window.size() < settings.windowTexts()
        && chars < budget.windowChars()
        && items.hasNext()) {
      I item = items.next();
      int length = job.encoding().chars(item);
      if (length > settings.textChars()) {
        throw new Problem(
            Category.BAD_INPUT,
            "Text "
                + (done + window.size() + 1)
                + " has "
                + length
                + " characters, the limit is "
                + settings.textChars()
                + ".",
            "The model reads " + pipeline.maxTokens() + " tokens of a text.",
            "Split the text into passages.");
      }
      window.add(item);
      chars += length;
    }
    return window;
  }

  private <I> EncodedText[] encode(List<I> items, Job<I, ?> job, long done) {
    var encoded = new EncodedText[items.size()];
    lanes.share(
        encoded.length,
        (lane, i) -> encoded[i] = job.encoding().encode(items.get(i), done + i + 1, lane.tokens()));
    return encoded;
  }

  private static int[] lengths(EncodedText[] texts) {
    var lengths = new int[texts.length];
    for (int i = 0; i < texts.length; i++) {
      lengths[i] = texts[i].length();
    }
    return lengths;
  }

  /// Waits for calls under way, then releases threads and native memory; closing again does
  /// nothing.
  @Override
  public void close() {
    if (isClosed.compareAndSet(false, true)) {
      lanes.close();
      executable.close();
    }
  }
}
