package dev.embark.bundle;

/// What [Figures] are held against.
///
/// Limits on values are absolute where vectors have length 1, and shares of the largest value
/// elsewhere.
///
/// @param maxAbs largest difference of two values allowed
/// @param cosineMin smallest cosine allowed
/// @param neighborAgreementMin smallest share of equal nearest neighbours allowed
/// @param invariance largest difference allowed between the vectors of one text under any
///   [Variation]
public record Limits(
    double maxAbs, double cosineMin, double neighborAgreementMin, double invariance) {}
