package dev.embark.embed;

/// Some texts of a call that are computed together, and where their results go.
final class Batch<R> {
  private final Job<?, R> job;
  private final EncodedText[] texts;
  private final int[] indices;
  private final R[] results;

  /// Keeps the arrays themselves.
  ///
  /// @param texts all texts of the window
  /// @param indices which of them are computed
  /// @param results of all texts of the window
  Batch(Job<?, R> job, EncodedText[] texts, int[] indices, R[] results) {
    this.job = job;
    this.texts = texts;
    this.indices = indices;
    this.results = results;
  }

  Job<?, R> job() {
    return job;
  }

  int[] indices() {
    return indices;
  }

  EncodedText text(int row) {
    return texts[indices[row]];
  }

  /// Keeps what came out for the text of a row.
  void put(int row, Row values) {
    results[indices[row]] = job.shaping().result(text(row), values);
  }
}
