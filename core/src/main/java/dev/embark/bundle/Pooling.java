package dev.embark.bundle;

/// How token vectors become one vector, as sentence-transformers' `Pooling` module defines it.
///
/// `x` are the token vectors `[sequence, hidden]`, `m` the tokens that count `[sequence]`.
public enum Pooling {
  /// The first token that counts.
  CLS("cls"),
  /// The largest value of each dimension.
  MAX("max"),
  /// `Σ x·m / max(Σ m, 1e-9)`.
  MEAN("mean"),
  /// `Σ x·m / √max(Σ m, 1e-9)`.
  MEAN_SQRT_LEN("mean_sqrt_len_tokens"),
  /// Mean weighted with the token's position, counted from 1.
  WEIGHTED_MEAN("weightedmean"),
  /// The last token that counts.
  LAST_TOKEN("lasttoken");

  private final String key;

  Pooling(String key) {
    this.key = key;
  }

  /// Returns the spelling of `pooling_mode` in `1_Pooling/config.json`.
  public String key() {
    return key;
  }
}
