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

  /// Returns limits that allow a share of the differences that these do, and no more variation.
  ///
  /// @param share 0 to 1
  Limits tightened(double share);

  /// What [Figures.Vectors] are held against.
  ///
  /// @param cosineMin smallest cosine allowed
  /// @param cosineMeanMin smallest mean of all cosines allowed
  /// @param agreementMin smallest agreement allowed, figure by figure
  record Vectors(
      double maxAbs,
      double cosineMin,
      double cosineMeanMin,
      Agreement agreementMin,
      double invariance)
      implements Limits {
    @Override
    public Vectors tightened(double share) {
      return new Vectors(
          maxAbs * share,
          nearOne(cosineMin, share),
          nearOne(cosineMeanMin, share),
          new Agreement(
              nearOne(agreementMin.nearest(), share),
              nearOne(agreementMin.tenNearest(), share),
              nearOne(agreementMin.order(), share)),
          invariance);
    }
  }

  /// What [Figures.Scores] are held against.
  ///
  /// @param rankingAgreementMin smallest share of pairs in equal order allowed
  /// @param firstAgreementMin smallest share of queries with an equal best document allowed
  record Scores(
      double maxAbs, double rankingAgreementMin, double firstAgreementMin, double invariance)
      implements Limits {
    @Override
    public Scores tightened(double share) {
      return new Scores(
          maxAbs * share,
          nearOne(rankingAgreementMin, share),
          nearOne(firstAgreementMin, share),
          invariance);
    }
  }

  private static double nearOne(double least, double share) {
    return 1 - (1 - least) * share;
  }
}
