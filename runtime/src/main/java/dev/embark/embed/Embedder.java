package dev.embark.embed;

import dev.embark.backend.Backend;
import dev.embark.backend.Executable;
import dev.embark.backend.Executable.Port;
import dev.embark.bundle.Chain;
import dev.embark.bundle.Chain.Sequence;
import dev.embark.bundle.Chain.Stage;
import dev.embark.bundle.Chain.StageFile;
import dev.embark.bundle.Pipeline;
import dev.embark.bundle.Step;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.tokenize.Tokenizer;
import dev.embark.tokenize.Tokens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Turns texts into vectors: prompt, tokens, batches, model.
///
/// Thread-safe. All calls share the same few threads, so the number of callers does not change the
/// load on the machine. Results come in the order of the texts, and a text's vector does not depend
/// on its neighbours.
public final class Embedder implements AutoCloseable {
  private final Pipeline pipeline;
  private final EmbedSettings settings;
  private final Tokenizer tokenizer;
  private final Executable executable;
  private final Lanes lanes;

  private Embedder(
      Pipeline pipeline, EmbedSettings settings, Tokenizer tokenizer, Executable executable) {
    this.pipeline = pipeline;
    this.settings = settings;
    this.tokenizer = tokenizer;
    this.executable = executable;
    var size =
        new Lane.Size(
            Math.max(settings.batchTokens(), pipeline.maxTokens()),
            Math.min(settings.batchTexts(), settings.batchTokens()));
    this.lanes = new Lanes(settings.callers(), () -> lane(size));
  }

  /// Opens a model; `backend` must be the one its chain names.
  public static Embedder open(ModelFiles model, Backend backend, EmbedSettings settings) {
    Path file = model.folder().resolve(onlyFile(model.chain(), backend));
    Pipeline pipeline = model.pipeline();
    // Each takes a good part of a cold start, and neither needs the other.
    var tokenizer = new FutureTask<>(model::openTokenizer);
    Thread.ofPlatform().daemon().name("embark-tokenizer").start(tokenizer);
    Executable executable = backend.open(file);
    try {
      checkPorts(executable, file);
      return new Embedder(pipeline, settings, opened(tokenizer), executable);
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

  private static String onlyFile(Chain chain, Backend backend) {
    if (chain.stages().size() == 1
        && chain.stages().getFirst() instanceof Stage(_, var name, var files)
        && name.equals(backend.name())
        && files.size() == 1
        && files.getFirst() instanceof StageFile(var path, Sequence.Any())) {
      return path;
    }
    throw new Problem(
        Category.UNSUPPORTED,
        "The chain \"" + chain.name() + "\" is not one file for " + backend.name() + ".",
        "This Embark runs chains of one stage that takes any sequence length.",
        "Use the Embark that wrote the bundle, or convert the model again with this one.");
  }

  private static void checkPorts(Executable executable, Path file) {
    var inputs = names(executable.inputs());
    var outputs = names(executable.outputs());
    var known = Set.of(Lane.IDS, Lane.MASK, Lane.TYPES);
    if (!known.containsAll(inputs)
        || !inputs.containsAll(Set.of(Lane.IDS, Lane.MASK))
        || !outputs.contains(Lane.OUTPUT)) {
      throw new Problem(
          Category.UNSUPPORTED,
          file + " takes " + inputs + " and gives " + outputs + ".",
          "Embark runs models that take "
              + new TreeSet<>(known)
              + " (the last if they use it) and give "
              + Lane.OUTPUT
              + ".",
          "Convert the original checkpoint with Embark.");
    }
  }

  private static Set<String> names(List<Port> ports) {
    return ports.stream().map(Port::name).collect(Collectors.toCollection(TreeSet::new));
  }

  private Lane lane(Lane.Size size) {
    return new Lane(
        executable, tokenizer.padId(), pipeline.embedding().orElseThrow().dimension(), size);
  }

  /// Returns the length of the vectors.
  public int dimension() {
    return pipeline.embedding().orElseThrow().dimension();
  }

  public Pipeline pipeline() {
    return pipeline;
  }

  /// Returns what the model is given for a text.
  public EncodedText encode(String text, Prompt prompt) {
    var applied = AppliedPrompt.of(prompt, pipeline);
    var tokens = new Tokens();
    tokenizer.encode(applied.text() + text, pipeline.maxTokens(), tokens);
    return new EncodedText(tokens, uncounted(applied));
  }

  /// Embeds one text.
  public Embedding embed(String text, Prompt prompt) {
    return embed(List.of(text), prompt).getFirst();
  }

  /// Embeds texts that fit into memory together with their vectors.
  public List<Embedding> embed(List<String> texts, Prompt prompt) {
    if (texts.size() > settings.listTexts()) {
      throw new Problem(
          Category.BAD_INPUT,
          "There are " + texts.size() + " texts, the limit is " + settings.listTexts() + " a call.",
          "",
          "Embed them in parts, or as a stream.");
    }
    var embeddings = new ArrayList<Embedding>(texts.size());
    var task = Progress.SILENT.begin("", 0, Progress.Unit.TEXTS);
    embed(texts.iterator(), prompt, task, (_, embedding) -> embeddings.add(embedding));
    return embeddings;
  }

  /// Embeds a stream of texts of any length, in memory that does not grow with it.
  ///
  /// Throws a `Problem` of category `INTERRUPTED` where the calling thread is interrupted; what the
  /// sink has got until then is complete and in order.
  ///
  /// @param progress advanced by each text computed, from any thread
  public void embed(Iterator<String> texts, Prompt prompt, Progress.Task progress, Sink sink) {
    var applied = AppliedPrompt.of(prompt, pipeline);
    long done = 0;
    while (texts.hasNext()) {
      var window = window(texts, applied, done);
      var results = new Embedding[window.size()];
      EncodedText[] encoded = encode(window, uncounted(applied));
      int[] lengths = lengths(encoded);
      List<int[]> batches = Batcher.plan(lengths, settings.batchTokens(), settings.batchTexts());
      lanes.share(
          batches.size(),
          (lane, i) -> {
            int[] batch = batches.get(i);
            lane.run(encoded, batch, Math.max(1, lengths[batch[0]]), results);
            progress.advance(batch.length);
          });
      for (var embedding : results) {
        sink.accept(done, finite(embedding, done));
        done++;
      }
    }
  }

  /// Embeds texts in one batch of exactly `sequence` positions, whatever that wastes: the means by
  /// which a vector is shown not to depend on neighbours and padding.
  ///
  /// @param sequence at least as long as the longest text, at most [Pipeline#maxTokens]
  public List<Embedding> embedTogether(List<String> texts, Prompt prompt, int sequence) {
    var applied = AppliedPrompt.of(prompt, pipeline);
    var window = window(texts.iterator(), applied, 0);
    EncodedText[] encoded = encode(window, uncounted(applied));
    int longest = IntStream.of(lengths(encoded)).max().orElse(0);
    if (window.size() != texts.size() || longest > sequence || sequence > pipeline.maxTokens()) {
      throw new IllegalArgumentException(
          texts.size() + " texts of " + longest + " tokens in " + sequence + " positions");
    }
    int[] all = IntStream.range(0, encoded.length).toArray();
    var results = new Embedding[encoded.length];
    try (var wide = lane(new Lane.Size(sequence * encoded.length, encoded.length))) {
      lanes.share(1, (_, _) -> wide.run(encoded, all, sequence, results));
    }
    for (int i = 0; i < results.length; i++) {
      finite(results[i], i);
    }
    return List.of(results);
  }

  private static Embedding finite(Embedding embedding, long index) {
    float[] vector = embedding.vector();
    for (int i = 0; i < vector.length; i++) {
      if (!Float.isFinite(vector[i])) {
        throw new Problem(
            Category.VERIFICATION_FAILED,
            "The vector of text " + (index + 1) + " has " + vector[i] + " at value " + i + ".",
            "The model overflows on this text.",
            "Run `embark verify` on the bundle; a vector like this must not reach an index.");
      }
    }
    return embedding;
  }

  /// Returns texts with their prompts until the window is full.
  private List<String> window(Iterator<String> texts, AppliedPrompt prompt, long done) {
    var window = new ArrayList<String>();
    long chars = 0;
    while (window.size() < settings.windowTexts()
        && chars < settings.windowChars()
        && texts.hasNext()) {
      String text = prompt.text() + texts.next();
      if (text.length() > settings.textChars()) {
        throw new Problem(
            Category.BAD_INPUT,
            "Text "
                + (done + window.size() + 1)
                + " has "
                + text.length()
                + " characters, the limit is "
                + settings.textChars()
                + ".",
            "The model reads " + pipeline.maxTokens() + " tokens of a text.",
            "Split the text into passages.");
      }
      window.add(text);
      chars += text.length();
    }
    return window;
  }

  private EncodedText[] encode(List<String> texts, int uncounted) {
    var encoded = new EncodedText[texts.size()];
    lanes.share(
        encoded.length,
        (lane, i) -> {
          tokenizer.encode(texts.get(i), pipeline.maxTokens(), lane.tokens());
          encoded[i] = new EncodedText(lane.tokens(), uncounted);
        });
    return encoded;
  }

  private static int[] lengths(EncodedText[] texts) {
    var lengths = new int[texts.length];
    for (int i = 0; i < texts.length; i++) {
      lengths[i] = texts[i].length();
    }
    return lengths;
  }

  /// Returns how many tokens of the prompt pooling leaves out.
  ///
  /// As in sentence-transformers: all tokens of the prompt alone but a special one at its end. A
  /// token is special there if the empty text ends in it too.
  private int uncounted(AppliedPrompt prompt) {
    boolean leftOut =
        pipeline.embedding().orElseThrow().steps().stream()
            .anyMatch(step ->
                step instanceof Step.Pool(_, var tokens) && tokens == Step.PromptTokens.LEFT_OUT);
    if (!leftOut || prompt.text().isEmpty()) {
      return 0;
    }
    var alone = new Tokens();
    var empty = new Tokens();
    tokenizer.encode(prompt.text(), pipeline.maxTokens(), alone);
    tokenizer.encode("", pipeline.maxTokens(), empty);
    boolean endsSpecial =
        alone.length() > 0
            && empty.length() > 0
            && alone.id(alone.length() - 1) == empty.id(empty.length() - 1);
    return alone.length() - (endsSpecial ? 1 : 0);
  }

  /// Waits for calls under way, then releases threads and native memory.
  @Override
  public void close() {
    lanes.close();
    executable.close();
  }
}
