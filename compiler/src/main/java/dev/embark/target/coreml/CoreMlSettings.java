package dev.embark.target.coreml;

import dev.embark.format.mlprogram.Metadata;
import java.util.List;

/// What a package is to be, beside the graph.
///
/// @param smallestMatrix matrices with more elements than this are stored in bytes where the
///   precision says so
/// @param inputs token ids first; an input of the graph that is not listed is 0 everywhere
/// @param output the value of the graph that leaves the program
public record CoreMlSettings(
    CoreMlPrecision precision,
    Sensitive sensitive,
    MilOpset opset,
    int smallestMatrix,
    List<Port> inputs,
    Port output,
    Metadata metadata) {
  /// Below this, a scale a row saves too little.
  public static final int USUAL_SMALLEST_MATRIX = 2048;

  public CoreMlSettings {
    inputs = List.copyOf(inputs);
  }

  /// How norms and the scores of attention are computed.
  public enum Sensitive {
    /// As everything before pooling.
    AS_TRUNK,
    /// In `FLOAT32`, for models whose vectors suffer in 16 bits; the Neural Engine leaves it to
    /// others.
    WIDE
  }

  /// A value that an app gives or gets.
  ///
  /// @param value its name in the graph
  /// @param feature its name in the package
  /// @param note what it is, for people
  public record Port(String value, String feature, String note) {}
}
