package dev.embark.embed;

import static java.util.Objects.requireNonNull;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/// How near a document is to a query by the vectors of their tokens: the sum, over the query's, of
/// the largest dot product with one of the document's (ColBERT,
/// <https://arxiv.org/abs/2004.12832>).
public final class MaxSim {
  /// Pairs whose queries are held at the same time.
  private static final int PAIRS_MAX = 256;

  private final Embedder embedder;
  private final EmbedSettings settings;
  private final EmbedRequest query;
  private final EmbedRequest document;

  MaxSim(Engine engine, RerankRequest request) {
    this.embedder = new Embedder(engine);
    this.settings = engine.settings();
    if (!request.instruction().isEmpty()) {
      throw new Problem(
          Category.WRONG_USAGE,
          "The model takes no instruction.",
          "It reads a query and a document, and nothing else.",
          "Leave the instruction out.");
    }
    this.query = query(request);
    this.document = document(request);
  }

  static EmbedRequest query(RerankRequest request) {
    return EmbedRequest.as(Role.QUERY)
        .withPrompt(request.prompt())
        .withTruncation(request.truncation())
        .withKinds(Kind.MULTI_VECTOR);
  }

  static EmbedRequest document(RerankRequest request) {
    return EmbedRequest.as(Role.DOCUMENT)
        .withTruncation(request.truncation())
        .withKinds(Kind.MULTI_VECTOR);
  }

  /// Returns the sum, over the vectors of a query, of the largest dot product with a vector of a
  /// document; 0 where one of them has none.
  public static double of(float[][] query, float[][] document) {
    double sum = 0;
    for (float[] asked : query) {
      double best = document.length == 0 ? 0 : Double.NEGATIVE_INFINITY;
      for (float[] found : document) {
        best = Math.max(best, dot(asked, found));
      }
      sum += best;
    }
    return sum;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  /// Scores a stream of pairs, some at a time.
  void score(Iterator<TextPair> pairs, Progress.Task progress, Sink<Score> sink) {
    long done = 0;
    while (pairs.hasNext()) {
      var some = new ArrayList<TextPair>();
      long chars = 0;
      while (pairs.hasNext() && some.size() < PAIRS_MAX && chars < settings.windowChars()) {
        var pair = pairs.next();
        some.add(pair);
        chars += pair.query().length() + pair.document().length();
      }
      long first = done;
      score(some, progress, (i, score) -> sink.accept(first + i, score));
      done += some.size();
    }
  }

  /// Scores pairs; a query that several share is embedded once.
  private void score(List<TextPair> pairs, Progress.Task progress, Sink<Score> sink) {
    var queries =
        new ArrayList<>(new LinkedHashSet<>(pairs.stream().map(TextPair::query).toList()));
    Map<String, Embedding> embedded = new HashMap<>();
    embedder.embed(
        queries.iterator(),
        query,
        Progress.SILENT.begin("", 0, Progress.Unit.TEXTS),
        (i, embedding) -> embedded.put(queries.get((int) i), embedding));
    embedder.embed(
        pairs.stream().map(TextPair::document).iterator(),
        document,
        progress,
        (i, found) -> {
          var asked = requireNonNull(embedded.get(pairs.get((int) i).query()));
          float[] value = {(float) of(asked.tokenVectors(), found.tokenVectors())};
          sink.accept(
              i,
              new Score(
                  value,
                  value,
                  asked.tokens() + found.tokens(),
                  asked.untruncatedTokens() + found.untruncatedTokens()));
        });
  }
}
