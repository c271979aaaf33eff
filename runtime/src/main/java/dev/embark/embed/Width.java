package dev.embark.embed;

import dev.embark.bundle.Output;
import java.util.List;

/// The number of values of an output.
///
/// @param perText values for each text
/// @param perToken values for each position
record Width(int perText, int perToken) {
  static Width of(Output output) {
    return switch (output) {
      case Output.Embedding embedding -> new Width(embedding.dimension(), 0);
      case Output.Sparse sparse -> new Width(sparse.dimension(), 0);
      case Output.Lexical _ -> new Width(0, 1);
      case Output.MultiVector vectors -> new Width(0, vectors.dimension());
      case Output.Score score -> new Width(score.labels().size(), 0);
    };
  }

  /// Returns the values of one text of `sequence` positions.
  long values(int sequence) {
    return perText + (long) perToken * sequence;
  }

  /// Returns what outputs cost a position while they are computed: a score for each entry of the
  /// vocabulary where those of all tokens become one.
  static long perPosition(List<Output> outputs) {
    long values = 0;
    for (var output : outputs) {
      values += output instanceof Output.Sparse ? of(output).perText() : of(output).perToken();
    }
    return values;
  }
}
