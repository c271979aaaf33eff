package dev.embark.evaluate;

/// A number measured on a sample, and where 95 of 100 samples would have it.
public record Interval(double value, double low, double high) {
  /// Returns whether 0 lies outside: a difference that is not just chance.
  public boolean excludesZero() {
    return low > 0 || high < 0;
  }
}
