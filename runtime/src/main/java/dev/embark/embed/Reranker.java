package dev.embark.embed;

import dev.embark.backend.Backend;
import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.tokenize.Tokens;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/// Scores pairs of texts: with the model's own scores, or with the vectors of the tokens of a model
/// that has those ([MaxSim]).
///
/// Thread-safe. All calls share the threads of the [Engine]. Results come in the order of the
/// pairs, and a pair's score does not depend on its neighbours.
public final class Reranker implements AutoCloseable {
  private final Engine engine;
  private final Way way;

  /// How a model scores.
  private sealed interface Way {
    /// Reads both texts together.
    record Together(Output.Score output) implements Way {}

    /// Compares the vectors of their tokens.
    record TokenByToken() implements Way {}
  }

  /// Asks a model that is open; throws a `Problem` where it cannot score pairs.
  public Reranker(Engine engine) {
    this.engine = engine;
    this.way = way(engine.pipeline());
  }

  /// Opens a model; `backend` must be the one its chain names.
  public static Reranker open(ModelFiles model, Backend backend, EmbedSettings settings) {
    way(model.pipeline());
    return new Reranker(Engine.open(model, backend, settings));
  }

  private static Way way(Pipeline pipeline) {
    if (pipeline.score().isPresent()) {
      return new Way.Together(pipeline.score().get());
    }
    if (pipeline.multiVector().isPresent()) {
      return new Way.TokenByToken();
    }
    throw new Problem(
        Category.WRONG_USAGE,
        "The model gives no scores of pairs of texts.",
        "It turns each text into a vector of its own.",
        "Embed query and documents and compare their vectors, or take a reranking model.");
  }

  /// Returns the model that is asked.
  public Engine engine() {
    return engine;
  }

  /// Returns the names of the scores, in order; one for a model that ranks.
  public List<String> labels() {
    return switch (way) {
      case Way.Together(var output) -> output.labels();
      case Way.TokenByToken() -> List.of("MaxSim");
    };
  }

  /// Returns what the model is given for a pair: together, or for query and document.
  public List<EncodedText> encode(TextPair pair, RerankRequest request) {
    return switch (way) {
      case Way.Together _ -> List.of(reading(request).encode(pair, 1, new Tokens()));
      case Way.TokenByToken() -> {
        var embedder = new Embedder(engine);
        yield List.of(
            embedder.encode(pair.query(), MaxSim.query(request)),
            embedder.encode(pair.document(), MaxSim.document(request)));
      }
    };
  }

  /// Returns the texts of a pair as they are tokenized: one that was made of both, or both.
  public List<String> exactTexts(TextPair pair, RerankRequest request) {
    return switch (way) {
      case Way.Together _ -> reading(request).exact(pair);
      case Way.TokenByToken() -> {
        var embedder = new Embedder(engine);
        yield List.of(
            embedder.exactText(pair.query(), MaxSim.query(request)),
            embedder.exactText(pair.document(), MaxSim.document(request)));
      }
    };
  }

  private PairReading reading(RerankRequest request) {
    return engine.reading(
        new PairReading.Manner(request.prompt(), request.instruction(), request.truncation()));
  }

  /// Scores one pair.
  public Score score(TextPair pair, RerankRequest request) {
    return score(List.of(pair), request).getFirst();
  }

  /// Scores pairs that fit into memory.
  public List<Score> score(List<TextPair> pairs, RerankRequest request) {
    int most = engine.settings().listTexts();
    if (pairs.size() > most) {
      throw new Problem(
          Category.BAD_INPUT,
          "There are " + pairs.size() + " pairs, the limit is " + most + " a call.",
          "",
          "Score them in parts, or as a stream.");
    }
    var scores = new ArrayList<Score>(pairs.size());
    var task = Progress.SILENT.begin("", 0, Progress.Unit.TEXTS);
    score(pairs.iterator(), request, task, (_, score) -> scores.add(score));
    return scores;
  }

  /// Scores a stream of pairs of any length, in memory that does not grow with it.
  ///
  /// Throws a `Problem` of category `INTERRUPTED` where the calling thread is interrupted; what the
  /// sink has got until then is complete and in order.
  ///
  /// @param progress advanced by each pair computed, from any thread
  public void score(
      Iterator<TextPair> pairs, RerankRequest request, Progress.Task progress, Sink<Score> sink) {
    switch (way) {
      case Way.Together(var output) ->
          engine.stream(
              pairs,
              new Job<>(reading(request), List.of(output), new ScoreShaping(output)),
              progress,
              sink);
      case Way.TokenByToken() -> new MaxSim(engine, request).score(pairs, progress, sink);
    }
  }

  /// Returns the documents in the order in which they fit the query, the best first; those that fit
  /// equally stay in their order.
  public List<Ranked> rank(String query, List<String> documents, RerankRequest request) {
    int label = rankingLabel(request.label());
    var pairs = documents.stream().map(document -> new TextPair(query, document)).toList();
    List<Score> scores = score(pairs, request);
    var ranked = new ArrayList<Ranked>(scores.size());
    for (int i = 0; i < scores.size(); i++) {
      ranked.add(new Ranked(i, scores.get(i).values()[label], scores.get(i)));
    }
    ranked.sort(Comparator.comparing(Ranked::score, Score.bestFirst(label)));
    return ranked;
  }

  /// Returns the index of the score that ranks; throws a `Problem` where a model has several and
  /// none is chosen, or none of that name.
  ///
  /// @param label its name, empty for the only one
  public int rankingLabel(String label) {
    List<String> labels = labels();
    if (label.isEmpty() && labels.size() == 1) {
      return 0;
    }
    int index = labels.indexOf(label);
    if (index < 0) {
      throw new Problem(
          Category.WRONG_USAGE,
          label.isEmpty()
              ? "The model gives " + labels.size() + " scores, and none is named to rank by."
              : "The model has no label \"" + label + "\".",
          "Its labels are " + labels + ".",
          "Name one of them.");
    }
    return index;
  }

  /// Closes the model.
  @Override
  public void close() {
    engine.close();
  }
}
