package dev.embark.verify;

import dev.embark.bundle.Output;
import dev.embark.bundle.Step;
import java.util.List;

/// What values are, and so what can be said of their differences.
///
/// @param width values of each thing that is compared: a text's vector, a token's, a single number
record Yardstick(Sort sort, int width, Scale scale) {
  /// What values are.
  enum Sort {
    /// Directions: cosines and neighbours say something.
    VECTORS,
    /// Single numbers: their order says something.
    SCORES
  }

  /// What a limit on values means.
  enum Scale {
    /// The difference itself.
    ABSOLUTE,
    /// The difference as a share of the largest value.
    RELATIVE,
    /// The difference itself, or as a share of the largest value where that is above 1.
    RELATIVE_ABOVE_ONE
  }

  /// Returns the yardstick for the raw values of an output.
  static Yardstick of(Output output) {
    return switch (output) {
      case Output.Embedding embedding ->
          new Yardstick(Sort.VECTORS, embedding.dimension(), scale(embedding.steps()));
      case Output.Sparse sparse -> new Yardstick(Sort.VECTORS, sparse.dimension(), Scale.RELATIVE);
      case Output.Lexical _ -> new Yardstick(Sort.SCORES, 1, Scale.RELATIVE);
      case Output.MultiVector vectors ->
          new Yardstick(Sort.VECTORS, vectors.dimension(), scale(vectors.steps()));
      case Output.Score score ->
          new Yardstick(Sort.SCORES, score.labels().size(), Scale.RELATIVE_ABOVE_ONE);
    };
  }

  private static Scale scale(List<Step> steps) {
    return !steps.isEmpty() && steps.getLast() instanceof Step.Normalize
        ? Scale.ABSOLUTE
        : Scale.RELATIVE;
  }

  /// Returns the largest difference that a limit allows where the largest value is `largest`.
  double allowed(double limit, double largest) {
    return switch (scale) {
      case ABSOLUTE -> limit;
      case RELATIVE -> limit * largest;
      case RELATIVE_ABOVE_ONE -> limit * Math.max(1, largest);
    };
  }
}
