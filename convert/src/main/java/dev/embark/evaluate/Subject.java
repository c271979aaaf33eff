package dev.embark.evaluate;

import static java.util.Objects.requireNonNull;

import dev.embark.bundle.Output;
import dev.embark.embed.EmbedRequest;
import dev.embark.embed.Embedder;
import dev.embark.embed.Engine;
import dev.embark.embed.Kind;
import dev.embark.embed.RerankRequest;
import dev.embark.embed.Reranker;
import dev.embark.embed.Role;
import dev.embark.embed.TextPair;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;

/// A model that is evaluated.
///
/// @param name for people
public record Subject(String name, Engine engine, Progress progress) {
  /// Returns how the model compares vectors; throws a `Problem` where it gives none for a text.
  Similarity similarity() {
    return engine
        .pipeline()
        .embedding()
        .map(output -> Similarity.of(output.similarity()))
        .orElseThrow(() ->
            new Problem(
                Category.WRONG_USAGE,
                name + " does not turn a text into one vector.",
                "This task compares vectors of texts.",
                "Take --task rerank for a model that scores pairs."));
  }

  /// Returns the vectors of texts, ready for [#similarity].
  float[][] vectors(List<String> texts, Role role) {
    var similarity = similarity();
    var request = EmbedRequest.as(role).withKinds(Kind.DENSE);
    var vectors = new float[texts.size()][];
    try (var task = progress.begin("Embedding with " + name, texts.size(), Progress.Unit.TEXTS)) {
      new Embedder(engine)
          .embed(
              texts.iterator(),
              request,
              task,
              (index, embedding) -> vectors[Math.toIntExact(index)] = embedding.vector());
    }
    return similarity.prepared(vectors);
  }

  /// Returns how well the texts of each pair go together: by their vectors, or as the model scores
  /// them where it does.
  ///
  /// @param left role of the first text
  /// @param right role of the second
  double[] scores(List<TextPair> pairs, Role left, Role right) {
    boolean scores =
        engine.pipeline().outputs().stream()
            .anyMatch(output ->
                switch (output) {
                  case Output.Score _ -> true;
                  case Output.MultiVector _ -> engine.pipeline().embedding().isEmpty();
                  case Output.Embedding _, Output.Sparse _, Output.Lexical _ -> false;
                });
    return scores ? ownScores(pairs) : similarities(pairs, left, right);
  }

  private double[] ownScores(List<TextPair> pairs) {
    var reranker = new Reranker(engine);
    int label = reranker.rankingLabel("");
    var scores = new double[pairs.size()];
    try (var task = progress.begin("Scoring with " + name, pairs.size(), Progress.Unit.TEXTS)) {
      reranker.score(
          pairs.iterator(),
          RerankRequest.usual(),
          task,
          (index, score) -> scores[Math.toIntExact(index)] = score.values()[label]);
    }
    return scores;
  }

  private double[] similarities(List<TextPair> pairs, Role left, Role right) {
    var queries = byText(pairs.stream().map(TextPair::query).toList(), left);
    var documents = byText(pairs.stream().map(TextPair::document).toList(), right);
    var similarity = similarity();
    return pairs.stream()
        .mapToDouble(pair ->
            similarity.of(
                requireNonNull(queries.get(pair.query())),
                requireNonNull(documents.get(pair.document()))))
        .toArray();
  }

  private HashMap<String, float[]> byText(List<String> texts, Role role) {
    var distinct = List.copyOf(new LinkedHashSet<>(texts));
    float[][] vectors = vectors(distinct, role);
    var byText = new HashMap<String, float[]>();
    for (int i = 0; i < vectors.length; i++) {
      byText.put(distinct.get(i), vectors[i]);
    }
    return byText;
  }
}
