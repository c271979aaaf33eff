package dev.embark.bundle;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/// How token vectors become one vector, as sentence-transformers' `Pooling` module defines it.
///
/// The constants stand in the order in which sentence-transformers concatenates them. `x` are the
/// token vectors `[sequence, hidden]`, `m` the tokens that count `[sequence]`.
public enum Pooling {
  /// The first token that counts.
  CLS("cls", "pooling_mode_cls_token"),
  /// The largest value of each dimension.
  MAX("max", "pooling_mode_max_tokens"),
  /// `Σ x·m / max(Σ m, 1e-9)`.
  MEAN("mean", "pooling_mode_mean_tokens"),
  /// `Σ x·m / √max(Σ m, 1e-9)`.
  MEAN_SQRT_LEN("mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens"),
  /// Mean weighted with the token's position, counted from 1.
  WEIGHTED_MEAN("weightedmean", "pooling_mode_weightedmean_tokens"),
  /// The last token that counts.
  LAST_TOKEN("lasttoken", "pooling_mode_lasttoken");

  private final String key;
  private final String legacyKey;

  Pooling(String key, String legacyKey) {
    this.key = key;
    this.legacyKey = legacyKey;
  }

  /// Returns the spelling of `pooling_mode` in `1_Pooling/config.json`.
  public String key() {
    return key;
  }

  /// Returns the flag that older `1_Pooling/config.json` files set instead.
  public String legacyKey() {
    return legacyKey;
  }

  /// Returns the mode spelled so in `pooling_mode`, if there is one.
  public static Optional<Pooling> ofKey(String key) {
    return Arrays.stream(values()).filter(mode -> mode.key().equals(key)).findFirst();
  }

  /// Returns all spellings of `pooling_mode`, separated by commas.
  public static String keys() {
    return Arrays.stream(values()).map(Pooling::key).collect(Collectors.joining(", "));
  }
}
