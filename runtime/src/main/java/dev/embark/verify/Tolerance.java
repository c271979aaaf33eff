package dev.embark.verify;

import dev.embark.bundle.Limits;
import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/// The one table of what a conversion may differ by, by precision, target and output.
public final class Tolerance {
  private static final Row FP32 =
      new Row(
          new Limits.Vectors(1e-5, 0.999999, 1, 1e-6),
          new Limits.Vectors(1e-5, 0.999999, 1, 5e-6),
          new Limits.Scores(1e-5, 1, 5e-6),
          new Limits.Scores(1e-4, 1, 1e-5));

  private static final Map<String, Row> TABLE = Map.of("fp32 onnx", FP32, "fp32 table", FP32);

  private Tolerance() {}

  /// What each kind of output is held against.
  ///
  /// @param texts one vector a text
  /// @param wide vectors of tokens, and of the vocabulary
  /// @param weights one number a token
  /// @param scores numbers of a pair
  private record Row(Limits texts, Limits wide, Limits weights, Limits scores) {
    Limits of(Output output) {
      return switch (output) {
        case Output.Embedding _ -> texts;
        case Output.Sparse _, Output.MultiVector _ -> wide;
        case Output.Lexical _ -> weights;
        case Output.Score _ -> scores;
      };
    }
  }

  /// Returns the limits of each output of a model, by its name in the model's file, for a precision
  /// on a target, such as `fp32` on `onnx`.
  public static Map<String, Limits> of(String precision, String target, Pipeline pipeline) {
    Row row = TABLE.get(precision + " " + target);
    if (row == null) {
      throw new Problem(
          Category.UNSUPPORTED,
          "There are no limits for " + precision + " on " + target + ".",
          "Embark proves " + new TreeSet<>(TABLE.keySet()) + ".",
          "Choose one of these.");
    }
    var limits = new LinkedHashMap<String, Limits>();
    pipeline.outputs().forEach(output -> limits.put(output.port(), row.of(output)));
    return limits;
  }
}
