package dev.embark.bundle;

/// How far the vectors of a bundle are from those of a witness.
///
/// @param texts number of texts compared
/// @param largest largest absolute value among the witness's vectors
/// @param maxAbs largest absolute difference of two values
/// @param meanAbs mean absolute difference of two values
/// @param cosineMin smallest cosine of a text's two vectors
/// @param cosineMean mean cosine of the texts' two vectors
/// @param normMaxAbs largest absolute difference of the lengths of a text's two vectors
/// @param neighborAgreement share of texts whose nearest other text is the witness's choice too, 0
///   to 1
/// @param nonFinite number of values that are NaN or infinite on either side
public record Figures(
    int texts,
    double largest,
    double maxAbs,
    double meanAbs,
    double cosineMin,
    double cosineMean,
    double normMaxAbs,
    double neighborAgreement,
    int nonFinite) {}
