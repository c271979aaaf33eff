package dev.embark.convert;

import java.util.List;

/// What is asked of quantisation besides the precision.
///
/// @param corpus texts on which it is calibrated and chosen
public record Quantizing(Corpus corpus, Keeping keeping) {
  /// Which layers stay in 32-bit floats.
  public sealed interface Keeping {
    /// As few as the model needs, those first that quantising changes most.
    record Measured() implements Keeping {}

    /// Those whose matrices have these names and no others; `*` stands for any characters.
    record Named(List<String> patterns) implements Keeping {
      public Named {
        patterns = List.copyOf(patterns);
      }
    }
  }

  /// Returns what is done where nobody asks for anything: the texts that come with Embark, and
  /// layers chosen by measurement.
  public static Quantizing usual() {
    return new Quantizing(Corpus.shipped(), new Keeping.Measured());
  }
}
