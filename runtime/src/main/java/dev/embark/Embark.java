package dev.embark;

import dev.embark.bundle.Bundle;
import dev.embark.bundle.MachineCache;
import dev.embark.bundle.Manifest;
import dev.embark.bundle.Variant;
import dev.embark.bundle.WantedVariant;
import dev.embark.embed.EmbedRequest;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Embedder;
import dev.embark.embed.Embedding;
import dev.embark.embed.Engine;
import dev.embark.embed.Ranked;
import dev.embark.embed.RerankRequest;
import dev.embark.embed.Reranker;
import dev.embark.embed.Role;
import dev.embark.embed.TextPair;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.verify.FirstUse;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/// A bundle, open for use: the way into Embark for Java programs.
///
/// ```java
/// try (var model = Embark.open(Path.of("minilm"))) {
///   float[] cat = model.embed("A cat sits on the mat.");
///   List<float[]> others = model.embed(List.of("A dog barks.", "Rain falls."));
/// }
/// try (var model = Embark.open(Path.of("reranker"))) {
///   List<Ranked> ranked = model.rerank("Who sits?", List.of("A dog barks.", "A cat sits."));
/// }
/// ```
///
/// Thread-safe. The first use on a machine hashes all files and repeats the bundle's proof; later
/// uses open in a fraction of a second.
public final class Embark implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(Embark.class.getName());

  private final Bundle bundle;
  private final Variant variant;
  private final Engine engine;
  private final Embedder embedder;
  private final List<String> notices;
  private final Queue<String> handovers;
  private final AtomicBoolean isAdvised = new AtomicBoolean();

  private Embark(
      Bundle bundle,
      Variant variant,
      Engine engine,
      List<String> notices,
      Queue<String> handovers) {
    this.bundle = bundle;
    this.variant = variant;
    this.engine = engine;
    this.embedder = new Embedder(engine);
    this.notices = List.copyOf(notices);
    this.handovers = handovers;
  }

  /// How a bundle is opened.
  ///
  /// @param embedding threads, batches and limits
  /// @param variant which of the bundle's variants
  /// @param devices who computes stages for a device
  /// @param cache folder for what belongs to this machine: unpacked libraries, notes of proofs
  /// @param progress told about a proof on the first use
  public record Options(
      EmbedSettings embedding,
      WantedVariant variant,
      Devices devices,
      Path cache,
      Progress progress) {
    /// Returns what suits this machine: all processors, the user's cache, no progress, and the
    /// variant that the environment names, if it does.
    public static Options defaults() {
      return new Options(
          EmbedSettings.defaults(),
          WantedVariant.of(System.getenv()),
          Devices.OF_THIS_MACHINE,
          MachineCache.folder(System.getenv()),
          Progress.SILENT);
    }
  }

  /// Opens a bundle with the default options.
  public static Embark open(Path folder) {
    return open(folder, Options.defaults());
  }

  /// Opens a bundle with the variant wanted, else with the first that this machine can run; where
  /// that is not the one it prefers, [#notices] say so. A device that gives wrong vectors is no
  /// reason to take another variant: it is told, as a `Problem` of category `VERIFICATION_FAILED`.
  public static Embark open(Path folder, Options options) {
    var bundle = Bundle.open(folder);
    var handovers = new ConcurrentLinkedQueue<String>();
    var opened = opened(bundle, options, handovers);
    var choice = opened.choice();
    try {
      var notices = new ArrayList<>(opened.notices());
      notices.addAll(
          new FirstUse(bundle, choice.variant(), choice.backend(), options.cache())
              .check(opened.engine(), options.progress()));
      return new Embark(bundle, choice.variant(), opened.engine(), notices, handovers);
    } catch (RuntimeException e) {
      opened.engine().close();
      throw e;
    }
  }

  /// A variant that is open, and why it is that one.
  private record Opened(Backends.Choice choice, Engine engine, List<String> notices) {}

  /// Opens the first variant that does: a device may be there and its driver not, or the file be
  /// for another chip or a newer runtime.
  private static Opened opened(Bundle bundle, Options options, Queue<String> handovers) {
    var choice = Backends.choose(bundle, options.variant(), options.devices(), options.cache());
    var notices = new ArrayList<>(choice.notices());
    while (true) {
      var variant = choice.variant();
      try {
        var engine =
            Engine.open(
                choice.files(),
                choice.backend(),
                options.embedding(),
                why -> handOver(bundle, variant, options, why, handovers));
        return new Opened(choice, engine, List.copyOf(notices));
      } catch (Problem e) {
        choice = afterRefusal(bundle, variant, options, e);
        notices.add(Backends.notice(bundle, choice.variant(), variant, e));
      }
    }
  }

  /// Returns the variant to be tried after one did not open; throws `refusal` where that was not
  /// for a device, or the only one that is wanted.
  private static Backends.Choice afterRefusal(
      Bundle bundle, Variant variant, Options options, Problem refusal) {
    boolean isOnly = options.variant() instanceof WantedVariant.Named;
    if (!variant.chain().isStaged() || isOnly || refusal.category() == Category.INTERRUPTED) {
      throw refusal;
    }
    return Backends.after(
        bundle, variant, options.variant(), options.devices(), options.cache(), refusal);
  }

  /// Opens the variant that goes on where the device of another went away, and proves it before it
  /// serves.
  private static Engine handOver(
      Bundle bundle, Variant failed, Options options, Problem why, Queue<String> handovers) {
    var next =
        Backends.after(bundle, failed, options.variant(), options.devices(), options.cache(), why);
    var engine = Engine.open(next.files(), next.backend(), options.embedding());
    try {
      new FirstUse(bundle, next.variant(), next.backend(), options.cache())
          .check(engine, options.progress());
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
    var notice =
        "\"%s\" went away in the middle of its work, and \"%s\" goes on: %s"
            .formatted(failed.name(), next.variant().name(), why.what());
    LOGGER.log(Level.WARNING, notice);
    handovers.add(notice);
    return engine;
  }

  /// Returns what happened since the model was opened: that a device went away, and who went on.
  public List<String> handovers() {
    return List.copyOf(handovers);
  }

  /// Returns the vector of a text, under the model's default prompt if it has one.
  ///
  /// Where the model has prompts for queries and documents and no default, this says so once in the
  /// log of this class: such a model wants [#embedQuery] and [#embedDocuments].
  public float[] embed(String text) {
    return embed(List.of(text)).getFirst();
  }

  /// Returns the vectors of texts in their order, as [#embed(String)].
  public List<float[]> embed(List<String> texts) {
    var request = EmbedRequest.usual();
    embedder
        .advice(request)
        .filter(_ -> isAdvised.compareAndSet(false, true))
        .ifPresent(advice -> LOGGER.log(Level.WARNING, advice));
    return vectors(embedder.embed(texts, request));
  }

  /// Returns the vector of a search query, under the prompt `query` if the model has it, else as
  /// [#embed(String)].
  public float[] embedQuery(String query) {
    return embedder.embed(query, EmbedRequest.as(Role.QUERY)).vector();
  }

  /// Returns the vectors of documents to be searched, under the first of the prompts `document`,
  /// `passage` and `corpus` that the model has, else as [#embed(List)].
  public List<float[]> embedDocuments(List<String> documents) {
    return vectors(embedder.embed(documents, EmbedRequest.as(Role.DOCUMENT)));
  }

  private static List<float[]> vectors(List<Embedding> embeddings) {
    return embeddings.stream().map(Embedding::vector).toList();
  }

  /// Returns documents in the order in which they fit a query, the best first. Takes a model that
  /// scores pairs, or one with a vector for each token.
  public List<Ranked> rerank(String query, List<String> documents) {
    return reranker().rank(query, documents, RerankRequest.usual());
  }

  /// Returns how well a document fits a query, as the model's first score says.
  public float score(String query, String document) {
    return reranker().score(new TextPair(query, document), RerankRequest.usual()).values()[0];
  }

  /// Returns the length of the vectors.
  public int dimension() {
    return embedder.dimension();
  }

  /// Returns what the bundle is made from, how, and what proves it.
  public Manifest manifest() {
    return bundle.manifest();
  }

  /// Returns which variant of the bundle is open.
  public Variant variant() {
    return variant;
  }

  /// Returns what a user of this bundle should be told, such as that its verification was skipped.
  public List<String> notices() {
    return notices;
  }

  /// Returns the embedder, for streams, requests of all sorts, sparse and token vectors, and token
  /// counts.
  public Embedder embedder() {
    return embedder;
  }

  /// Returns the reranker, for streams and requests of all sorts; throws a `Problem` where the
  /// model cannot score pairs.
  public Reranker reranker() {
    return new Reranker(engine);
  }

  /// Waits for calls under way, then releases threads and native memory.
  @Override
  public void close() {
    engine.close();
  }
}
