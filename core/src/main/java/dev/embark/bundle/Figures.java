package dev.embark.bundle;

/// How far the values of one output of a bundle are from those of a witness.
public sealed interface Figures {
  /// Returns the number of texts compared.
  int texts();

  /// Returns the largest absolute value among the witness's.
  double largest();

  /// Returns the largest absolute difference of two values.
  double maxAbs();

  /// Returns the mean absolute difference of two values.
  double meanAbs();

  /// Returns the number of values that are NaN or infinite on either side.
  int nonFinite();

  /// The figures of vectors, of texts or of tokens, whose direction matters.
  ///
  /// @param cosineMin smallest cosine of the two vectors of one thing
  /// @param cosineMean mean cosine of the two vectors of one thing
  /// @param normMaxAbs largest absolute difference of the lengths of the two vectors of one thing
  /// @param agreement with the witness on what is near what
  record Vectors(
      int texts,
      double largest,
      double maxAbs,
      double meanAbs,
      double cosineMin,
      double cosineMean,
      double normMaxAbs,
      Agreement agreement,
      int nonFinite)
      implements Figures {}

  /// The figures of single numbers, whose order matters.
  ///
  /// @param rankingAgreement share of pairs of things that stand in the witness's order, 0 to 1
  /// @param firstAgreement share of queries, of those with several documents, whose best document
  ///   is the witness's choice too, 0 to 1; 1 where there are none
  record Scores(
      int texts,
      double largest,
      double maxAbs,
      double meanAbs,
      double rankingAgreement,
      double firstAgreement,
      int nonFinite)
      implements Figures {}
}
