package dev.embark.embed;

import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A kind of result that a text can have; most models give one, bge-m3 gives all.
public enum Kind {
  /// One vector a text.
  DENSE("one vector a text"),
  /// Weights of entries of the vocabulary.
  SPARSE("sparse weights"),
  /// One vector a token.
  MULTI_VECTOR("one vector a token");

  private final String words;

  Kind(String words) {
    this.words = words;
  }

  /// Returns the kinds that a model gives.
  public static Set<Kind> of(Pipeline pipeline) {
    var kinds = EnumSet.noneOf(Kind.class);
    for (var kind : values()) {
      if (kind.output(pipeline).isPresent()) {
        kinds.add(kind);
      }
    }
    return kinds;
  }

  /// Returns the kinds that a request is for: where it names none, the vector of a text, or all
  /// that a model without one gives.
  public static Set<Kind> asked(EmbedRequest request, Pipeline pipeline) {
    if (!request.kinds().isEmpty()) {
      return request.kinds();
    }
    return pipeline.embedding().isPresent() ? EnumSet.of(DENSE) : of(pipeline);
  }

  /// Returns the outputs behind the kinds that a request is for.
  static List<Output> outputs(EmbedRequest request, Pipeline pipeline) {
    var kinds = asked(request, pipeline);
    if (kinds.isEmpty()) {
      throw new Problem(
          Category.WRONG_USAGE,
          "The model gives no vectors.",
          "It gives scores of pairs of texts.",
          "Use it with `embark rerank`.");
    }
    var outputs = new ArrayList<Output>();
    for (var kind : kinds) {
      outputs.add(kind.output(pipeline).orElseThrow(() -> kind.isMissing(pipeline)));
    }
    return outputs;
  }

  private Optional<? extends Output> output(Pipeline pipeline) {
    return switch (this) {
      case DENSE -> pipeline.embedding();
      case SPARSE -> pipeline.sparse().<Output>map(sparse -> sparse).or(() -> pipeline.lexical());
      case MULTI_VECTOR -> pipeline.multiVector();
    };
  }

  private Problem isMissing(Pipeline pipeline) {
    var given = new ArrayList<String>();
    of(pipeline).forEach(kind -> given.add(kind.words));
    pipeline.score().ifPresent(_ -> given.add("scores of pairs of texts"));
    return new Problem(
        Category.WRONG_USAGE,
        "The model does not give " + words + ".",
        "It gives " + String.join(", ", given) + ".",
        "Ask for what the model gives.");
  }
}
