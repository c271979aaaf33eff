package dev.embark.backend.table;

import java.util.Map;
import java.util.Optional;

/// What becomes of the mean of a text's token vectors.
public enum Mean {
  AS_IT_IS("false"),
  /// `x / max(‖x‖₂, 1e-12)`.
  LENGTH_ONE("true");

  private static final String POOLING = "pooling";
  private static final String NORMALIZE = "normalize";

  private final String normalize;

  Mean(String normalize) {
    this.normalize = normalize;
  }

  /// Returns the metadata of a file that asks for this.
  public Map<String, String> toMetadata() {
    return Map.of(POOLING, "mean", NORMALIZE, normalize);
  }

  /// Returns what a file's metadata ask for, if it is known.
  static Optional<Mean> of(Map<String, String> metadata) {
    for (var mean : values()) {
      if (metadata.entrySet().containsAll(mean.toMetadata().entrySet())) {
        return Optional.of(mean);
      }
    }
    return Optional.empty();
  }
}
