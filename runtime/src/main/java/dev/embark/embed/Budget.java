package dev.embark.embed;

import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import java.util.List;

/// How much an [Engine] takes at a time, so that what comes out fits as well.
///
/// @param batchTokens positions in a batch; a longer text has a batch of its own
/// @param batchTexts texts in a batch
/// @param windowChars characters of a stream that are read ahead
record Budget(int batchTokens, int batchTexts, long windowChars) {
  static Budget of(EmbedSettings settings, Pipeline pipeline, List<Output> outputs) {
    long perText = outputs.stream().mapToLong(output -> Width.of(output).perText()).sum();
    long perToken = outputs.stream().mapToLong(output -> Width.of(output).perToken()).sum();
    return new Budget(
        share(settings.batchTokens(), settings.batchValues(), Width.perPosition(outputs)),
        share(settings.batchTexts(), settings.batchValues(), perText),
        // A token has a character at least, but for those around a text and those that fill it up.
        Math.min(
            settings.windowChars(), Math.max(1, settings.windowValues() / Math.max(1, perToken))));
  }

  /// Returns how many things of `each` values fit, at least 1 and at most `most`.
  private static int share(int most, long values, long each) {
    return (int) Math.clamp(values / Math.max(1, each), 1L, most);
  }
}
