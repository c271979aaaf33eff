package dev.embark.embed;

import dev.embark.backend.Backend;
import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.tokenize.Tokens;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/// Turns texts into vectors: prompt, tokens, batches, model.
///
/// Thread-safe. All calls share the threads of the [Engine]. Results come in the order of the
/// texts, and a text's vector does not depend on its neighbours.
public final class Embedder implements AutoCloseable {
  private final Engine engine;

  /// Asks a model that is open.
  public Embedder(Engine engine) {
    this.engine = engine;
  }

  /// Opens a model; `backend` must be the one its chain names.
  public static Embedder open(ModelFiles model, Backend backend, EmbedSettings settings) {
    return new Embedder(Engine.open(model, backend, settings));
  }

  /// Returns the model that is asked.
  public Engine engine() {
    return engine;
  }

  public Pipeline pipeline() {
    return engine.pipeline();
  }

  /// Returns the length of the vectors; throws a `Problem` where the model does not give one vector
  /// a text.
  public int dimension() {
    var outputs = Kind.outputs(EmbedRequest.usual().withKinds(Kind.DENSE), pipeline());
    return Width.of(outputs.getFirst()).perText();
  }

  /// Returns what the model is given for a text, for its vector.
  public EncodedText encode(String text, Prompt prompt) {
    return encode(text, EmbedRequest.under(prompt));
  }

  /// Returns what the model is given for a text.
  public EncodedText encode(String text, EmbedRequest request) {
    return reading(request).encode(text, 1, new Tokens());
  }

  /// Returns a text as it is tokenized, with its prompt.
  public String exactText(String text, EmbedRequest request) {
    return reading(request).exact(text);
  }

  /// Returns what a caller should be told: that a model with prompts for queries and for documents
  /// is asked for neither.
  public Optional<String> advice(EmbedRequest request) {
    boolean isUndecided =
        request.role() == Role.NONE
            && request.prompt() instanceof Prompt.Default
            && pipeline().defaultPrompt().isEmpty();
    boolean hasPrompts = Role.QUERY.isPrompted(pipeline()) || Role.DOCUMENT.isPrompted(pipeline());
    return isUndecided && hasPrompts
        ? Optional.of(
            "The model has prompts for queries and documents, and none was used: say which of the"
                + " two the texts are.")
        : Optional.empty();
  }

  /// Embeds one text.
  public Embedding embed(String text, Prompt prompt) {
    return embed(text, EmbedRequest.under(prompt));
  }

  /// Embeds one text.
  public Embedding embed(String text, EmbedRequest request) {
    return embed(List.of(text), request).getFirst();
  }

  /// Embeds texts that fit into memory together with their vectors.
  public List<Embedding> embed(List<String> texts, Prompt prompt) {
    return embed(texts, EmbedRequest.under(prompt));
  }

  /// Embeds texts that fit into memory together with what comes out.
  public List<Embedding> embed(List<String> texts, EmbedRequest request) {
    int most = engine.settings().listTexts();
    if (texts.size() > most) {
      throw new Problem(
          Category.BAD_INPUT,
          "There are " + texts.size() + " texts, the limit is " + most + " a call.",
          "",
          "Embed them in parts, or as a stream.");
    }
    var embeddings = new ArrayList<Embedding>(texts.size());
    var task = Progress.SILENT.begin("", 0, Progress.Unit.TEXTS);
    embed(texts.iterator(), request, task, (_, embedding) -> embeddings.add(embedding));
    return embeddings;
  }

  /// Embeds a stream of texts of any length, in memory that does not grow with it.
  ///
  /// Throws a `Problem` of category `INTERRUPTED` where the calling thread is interrupted; what the
  /// sink has got until then is complete and in order.
  ///
  /// @param progress advanced by each text computed, from any thread
  public void embed(
      Iterator<String> texts, Prompt prompt, Progress.Task progress, Sink<Embedding> sink) {
    embed(texts, EmbedRequest.under(prompt), progress, sink);
  }

  /// Embeds a stream of texts as the method above; what is asked for comes out of one pass.
  public void embed(
      Iterator<String> texts, EmbedRequest request, Progress.Task progress, Sink<Embedding> sink) {
    var outputs = Kind.outputs(request, pipeline());
    var shaping = new EmbeddingShaping(outputs, request.role(), request.dimensions());
    engine.stream(texts, new Job<>(reading(request, outputs), outputs, shaping), progress, sink);
  }

  private TextReading reading(EmbedRequest request) {
    return reading(request, Kind.outputs(request, pipeline()));
  }

  private TextReading reading(EmbedRequest request, List<Output> outputs) {
    return engine.reading(
        new TextReading.Manner(request.prompt(), request.role(), request.truncation(), outputs));
  }

  /// Closes the model.
  @Override
  public void close() {
    engine.close();
  }
}
