package dev.embark.bundle;

import java.util.List;
import java.util.Map;

/// What a bundle can say about its own correctness.
public sealed interface Proof {
  /// The bundle was compared with witnesses and passed.
  ///
  /// @param witnesses one or more, the reference interpreter first
  /// @param invariance largest difference of a text's vectors under each variation measured
  /// @param limits what the figures were held against
  /// @param references path in the bundle of the texts and vectors with which any machine can
  ///   repeat the test
  record Proven(
      List<Testimony> witnesses,
      Map<Variation, Double> invariance,
      Limits limits,
      String references)
      implements Proof {
    public Proven {
      witnesses = List.copyOf(witnesses);
      invariance = Map.copyOf(invariance);
      if (witnesses.isEmpty()) {
        throw new IllegalArgumentException("a proof needs a witness");
      }
    }
  }

  /// The conversion was asked not to verify.
  record Skipped() implements Proof {}

  /// What one witness says.
  sealed interface Testimony {
    /// Returns a short name, such as `interpreter`.
    String witness();

    /// A witness that gave vectors.
    ///
    /// @param description what the witness is, in a sentence
    record Vectors(String witness, String description, Figures figures) implements Testimony {}

    /// A witness that gave cosines of pairs of texts, as authors publish them.
    ///
    /// @param source where the numbers are published
    /// @param maxAbs largest difference of a cosine; each was within what the source allows
    record Similarities(String witness, String source, int pairs, double maxAbs)
        implements Testimony {}
  }
}
