package dev.embark.embed;

/// How much an [Engine] does at a time, and the most it takes.
///
/// @param callers number of threads that compute at the same time, each on its own; by default the
///   processors this process may use, limits of its container included
/// @param batchTokens tokens in a batch: more leave the processor's caches and lose speed
/// @param batchTexts texts in a batch
/// @param batchValues values that a batch may have in what is computed for each token, or come out
///   for each text; a text with more has a batch of its own
/// @param textChars characters in a text, prompt included
/// @param listTexts texts in a list; streams have no end
/// @param windowTexts texts of a stream that are read ahead and sorted by length
/// @param windowChars characters of a stream that are read ahead
/// @param windowValues values that may come out for the texts read ahead, where each token has its
///   own
public record EmbedSettings(
    int callers,
    int batchTokens,
    int batchTexts,
    long batchValues,
    int textChars,
    int listTexts,
    int windowTexts,
    long windowChars,
    long windowValues) {
  public EmbedSettings {
    if (callers < 1
        || batchTokens < 1
        || batchTexts < 1
        || batchValues < 1
        || textChars < 1
        || listTexts < 1
        || windowTexts < 1
        || windowChars < 1
        || windowValues < 1) {
      throw new IllegalArgumentException("every limit must be at least 1");
    }
  }

  /// Returns what suits this machine.
  public static EmbedSettings defaults() {
    return new EmbedSettings(
        Runtime.getRuntime().availableProcessors(),
        512,
        64,
        8 << 20,
        4 << 20,
        100_000,
        2_048,
        16L << 20,
        32L << 20);
  }

  /// Returns the same settings with another number of threads.
  public EmbedSettings withCallers(int count) {
    return new EmbedSettings(
        count,
        batchTokens,
        batchTexts,
        batchValues,
        textChars,
        listTexts,
        windowTexts,
        windowChars,
        windowValues);
  }

  /// Returns the same settings with other batches.
  public EmbedSettings withBatch(int tokens, int texts) {
    return new EmbedSettings(
        callers,
        tokens,
        texts,
        batchValues,
        textChars,
        listTexts,
        windowTexts,
        windowChars,
        windowValues);
  }

  /// Returns the same settings with another window.
  public EmbedSettings withWindow(int texts, long chars) {
    return new EmbedSettings(
        callers,
        batchTokens,
        batchTexts,
        batchValues,
        textChars,
        listTexts,
        texts,
        chars,
        windowValues);
  }

  /// Returns the same settings with other limits on what comes out at a time.
  public EmbedSettings withValues(long batch, long window) {
    return new EmbedSettings(
        callers,
        batchTokens,
        batchTexts,
        batch,
        textChars,
        listTexts,
        windowTexts,
        windowChars,
        window);
  }

  /// Returns the same settings with other limits on what is taken.
  public EmbedSettings withLimits(int chars, int texts) {
    return new EmbedSettings(
        callers,
        batchTokens,
        batchTexts,
        batchValues,
        chars,
        texts,
        windowTexts,
        windowChars,
        windowValues);
  }
}
