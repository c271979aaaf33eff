package dev.embark.bundle;

import java.util.List;
import java.util.Map;

/// What a bundle can say about its own correctness.
public sealed interface Proof {
  /// The bundle was compared with witnesses and passed.
  ///
  /// @param witnesses one or more, the reference interpreter first
  /// @param outputs how steady each output is, and what it was held against
  /// @param references path in the bundle of the texts and values with which any machine can repeat
  ///   the test
  record Proven(List<Testimony> witnesses, List<Steadiness> outputs, String references)
      implements Proof {
    public Proven {
      witnesses = List.copyOf(witnesses);
      outputs = List.copyOf(outputs);
      if (witnesses.isEmpty()) {
        throw new IllegalArgumentException("a proof needs a witness");
      }
    }
  }

  /// How little an output of the model depends on what a text stands beside.
  ///
  /// @param output name of the value in the model's file
  /// @param invariance largest difference of a text's values under each variation measured
  /// @param limits what the output's figures were held against
  record Steadiness(String output, Map<Variation, Double> invariance, Limits limits) {
    public Steadiness {
      invariance = Map.copyOf(invariance);
    }
  }

  /// The conversion was asked not to verify.
  record Skipped() implements Proof {}

  /// What one witness says.
  sealed interface Testimony {
    /// Returns a short name, such as `interpreter`.
    String witness();

    /// A witness that gave the values of one output.
    ///
    /// @param description what the witness is, in a sentence
    /// @param output name of the value in the model's file
    record Vectors(String witness, String description, String output, Figures figures)
        implements Testimony {}

    /// A witness that gave cosines of pairs of texts, as authors publish them.
    ///
    /// @param source where the numbers are published
    /// @param maxAbs largest difference of a cosine; each was within what the source allows
    record Similarities(String witness, String source, int pairs, double maxAbs)
        implements Testimony {}
  }
}
