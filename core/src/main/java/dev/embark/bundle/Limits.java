package dev.embark.bundle;

/// What the [Figures] of one output are held against.
///
/// Limits on values are absolute where vectors have length 1, shares of the largest value for other
/// vectors and weights, and for scores of pairs absolute up to a largest value of 1 and shares of
/// it above.
public sealed interface Limits {
  /// Returns the largest difference of two values allowed.
  double maxAbs();

  /// Returns the largest difference allowed between the values of one text under any [Variation].
  double invariance();

  /// What [Figures.Vectors] are held against.
  ///
  /// @param cosineMin smallest cosine allowed
  /// @param neighborAgreementMin smallest share of equal nearest neighbours allowed
  record Vectors(double maxAbs, double cosineMin, double neighborAgreementMin, double invariance)
      implements Limits {}

  /// What [Figures.Scores] are held against.
  ///
  /// @param rankingAgreementMin smallest share of pairs in equal order allowed
  record Scores(double maxAbs, double rankingAgreementMin, double invariance) implements Limits {}
}
