package dev.embark.bundle;

/// How much two sides agree on what is near what, which is what vectors are compared for.
///
/// @param nearest share of things whose nearest other is the same, 0 to 1
/// @param tenNearest mean share of the ten nearest others of a thing that are the same, 0 to 1
/// @param order Spearman's rank correlation of the cosines of all pairs, −1 to 1
public record Agreement(double nearest, double tenNearest, double order) {}
