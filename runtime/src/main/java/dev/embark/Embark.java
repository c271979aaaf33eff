package dev.embark;

import dev.embark.backend.Backend;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.MachineCache;
import dev.embark.bundle.Manifest;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Embedder;
import dev.embark.embed.Embedding;
import dev.embark.embed.ModelFiles;
import dev.embark.embed.Prompt;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.verify.FirstUse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A bundle, open for use: the way into Embark for Java programs.
///
/// ```java
/// try (var model = Embark.open(Path.of("minilm"))) {
///   float[] cat = model.embed("A cat sits on the mat.");
///   List<float[]> others = model.embed(List.of("A dog barks.", "Rain falls."));
/// }
/// ```
///
/// Thread-safe. The first use on a machine hashes all files and repeats the bundle's proof; later
/// uses open in a fraction of a second.
public final class Embark implements AutoCloseable {
  private final Bundle bundle;
  private final Embedder embedder;
  private final List<String> notices;

  private Embark(Bundle bundle, Embedder embedder, List<String> notices) {
    this.bundle = bundle;
    this.embedder = embedder;
    this.notices = List.copyOf(notices);
  }

  /// How a bundle is opened.
  ///
  /// @param embedding threads, batches and limits
  /// @param cache folder for what belongs to this machine: unpacked libraries, notes of proofs
  /// @param progress told about a proof on the first use
  public record Options(EmbedSettings embedding, Path cache, Progress progress) {
    /// Returns what suits this machine: all processors, the user's cache, no progress.
    public static Options defaults() {
      return new Options(
          EmbedSettings.defaults(), MachineCache.folder(System.getenv()), Progress.SILENT);
    }
  }

  /// Opens a bundle with the default options.
  public static Embark open(Path folder) {
    return open(folder, Options.defaults());
  }

  /// Opens a bundle with the chain it prefers.
  public static Embark open(Path folder, Options options) {
    var bundle = Bundle.open(folder);
    var model = ModelFiles.of(bundle);
    var backend = backend(model, options);
    var embedder = Embedder.open(model, backend, options.embedding());
    try {
      var notices =
          new FirstUse(bundle, backend, options.cache()).check(embedder, options.progress());
      return new Embark(bundle, embedder, notices);
    } catch (RuntimeException e) {
      embedder.close();
      throw e;
    }
  }

  private static Backend backend(ModelFiles model, Options options) {
    String name = model.chain().stages().getFirst().backend();
    if (!name.equals(OnnxRuntimeBackend.NAME)) {
      throw new Problem(
          Category.UNSUPPORTED,
          "The bundle " + model.folder() + " asks for the runtime \"" + name + "\".",
          "This Embark has " + OnnxRuntimeBackend.NAME + ".",
          "Convert the model with --to onnx.");
    }
    return OnnxRuntimeBackend.load(options.cache());
  }

  /// Returns the vector of a text, under the model's default prompt if it has one.
  public float[] embed(String text) {
    return embedder.embed(text, new Prompt.Default()).vector();
  }

  /// Returns the vectors of texts in their order, under the model's default prompt if it has one.
  public List<float[]> embed(List<String> texts) {
    return vectors(embedder.embed(texts, new Prompt.Default()));
  }

  /// Returns the vector of a search query, under the prompt `query` if the model has it, else as
  /// [#embed(String)].
  public float[] embedQuery(String query) {
    return embedder.embed(query, prompt("query")).vector();
  }

  /// Returns the vectors of documents to be searched, under the first of the prompts `document`,
  /// `passage` and `corpus` that the model has, else as [#embed(List)].
  public List<float[]> embedDocuments(List<String> documents) {
    return vectors(embedder.embed(documents, prompt("document", "passage", "corpus")));
  }

  private Prompt prompt(String... names) {
    Map<String, String> prompts = embedder.pipeline().prompts();
    return Stream.of(names)
        .filter(prompts::containsKey)
        .<Prompt>map(Prompt.Named::new)
        .findFirst()
        .orElse(new Prompt.Default());
  }

  private static List<float[]> vectors(List<Embedding> embeddings) {
    return embeddings.stream().map(Embedding::vector).toList();
  }

  /// Returns the length of the vectors.
  public int dimension() {
    return embedder.dimension();
  }

  /// Returns what the bundle is made from, how, and what proves it.
  public Manifest manifest() {
    return bundle.manifest();
  }

  /// Returns what a user of this bundle should be told, such as that its verification was skipped.
  public List<String> notices() {
    return notices;
  }

  /// Returns the embedder, for streams, prompts by name and token counts.
  public Embedder embedder() {
    return embedder;
  }

  /// Waits for calls under way, then releases threads and native memory.
  @Override
  public void close() {
    embedder.close();
  }
}
