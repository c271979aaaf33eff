package dev.embark.verify;

import dev.embark.bundle.Agreement;
import dev.embark.bundle.Limits;
import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/// The one table of what a conversion may differ by, by precision, target and output.
///
/// Cosines say how far vectors may turn; the agreement of neighbours, what a search would notice of
/// it. Its limits are for the probes of a proof, a few dozen texts of many kinds, of which one is
/// more than a hundredth. Between vectors of length 1 a cosine of `c` leaves a distance of `√(2 −
/// 2c)`: the limits on single values lie below that, to catch one value that is far off.
public final class Tolerance {
  private static final Row FP32 =
      new Row(
          new Limits.Vectors(1e-5, 0.999999, 0.999999, new Agreement(1, 1, 0.95), 1e-6),
          new Limits.Vectors(1e-5, 0.999999, 0.999999, new Agreement(1, 1, 0.95), 5e-6),
          new Limits.Scores(1e-5, 1, 1, 5e-6),
          new Limits.Scores(1e-4, 1, 1, 1e-5),
          0);

  private static final Row FP16 =
      new Row(
          new Limits.Vectors(5e-3, 0.999, 0.9999, new Agreement(0.97, 0.97, 0.9995), 1e-4),
          new Limits.Vectors(2e-2, 0.998, 0.9998, new Agreement(0.97, 0.97, 0.999), 1e-4),
          new Limits.Scores(1e-2, 0.99, 1, 1e-4),
          new Limits.Scores(1e-2, 0.99, 0.97, 1e-3),
          2e-3);

  private static final Row INT8 =
      new Row(
          new Limits.Vectors(5e-2, 0.99, 0.998, new Agreement(0.9, 0.9, 0.99), 1e-6),
          new Limits.Vectors(2e-1, 0.9, 0.99, new Agreement(0.85, 0.85, 0.95), 5e-6),
          new Limits.Scores(2e-1, 0.93, 0.9, 5e-6),
          new Limits.Scores(1.5e-1, 0.95, 0.9, 1e-5),
          2e-2);

  private static final Row INT8_WEIGHTS =
      new Row(
          new Limits.Vectors(2e-2, 0.998, 0.9995, new Agreement(0.94, 0.95, 0.998), 1e-6),
          new Limits.Vectors(1e-1, 0.98, 0.998, new Agreement(0.9, 0.9, 0.98), 5e-6),
          new Limits.Scores(1e-1, 0.97, 0.95, 5e-6),
          new Limits.Scores(5e-2, 0.97, 0.95, 1e-5),
          1e-2);

  private static final Row INT4 =
      new Row(
          new Limits.Vectors(1.5e-1, 0.9, 0.96, new Agreement(0.75, 0.75, 0.93), 1e-6),
          new Limits.Vectors(5e-1, 0.7, 0.9, new Agreement(0.6, 0.6, 0.85), 5e-6),
          new Limits.Scores(5e-1, 0.8, 0.75, 5e-6),
          new Limits.Scores(5e-1, 0.85, 0.75, 1e-5),
          8e-2);

  /// Computed in 16 bits up to pooling. Of the 24 probes of such a proof, one is 4 %.
  private static final Row COREML_FP16 =
      new Row(
          new Limits.Vectors(2e-3, 0.9999, 0.9999, new Agreement(0.95, 0.95, 0.9995), 1e-6),
          new Limits.Vectors(2e-2, 0.998, 0.9998, new Agreement(0.95, 0.95, 0.999), 1e-6),
          new Limits.Scores(1e-2, 0.99, 1, 1e-6),
          new Limits.Scores(1e-2, 0.99, 0.97, 1e-5),
          2e-3);

  /// One scale a row, not one for each 32 values.
  private static final Row COREML_INT8_WEIGHTS =
      new Row(
          new Limits.Vectors(5e-2, 0.99, 0.998, new Agreement(0.8, 0.9, 0.99), 1e-6),
          new Limits.Vectors(1e-1, 0.98, 0.998, new Agreement(0.9, 0.9, 0.98), 1e-6),
          new Limits.Scores(1e-1, 0.97, 0.95, 1e-6),
          new Limits.Scores(5e-2, 0.97, 0.95, 1e-5),
          2e-2);

  /// Layers in 16 bits, tables and pooling on the host. Of the few probes of a simulator, nearest
  /// neighbours say nothing.
  private static final Row SOPHON_FP16 =
      new Row(
          new Limits.Vectors(5e-3, 0.9999, 0.9999, new Agreement(0.6, 0.6, 0), 1e-6),
          new Limits.Vectors(2e-2, 0.998, 0.9998, new Agreement(0.6, 0.6, 0), 1e-6),
          new Limits.Scores(1e-2, 0.6, 0.6, 1e-6),
          new Limits.Scores(1e-2, 0.6, 0.6, 1e-5),
          2e-3);

  /// One scale for each 64 values of a row.
  private static final Row SOPHON_INT8_WEIGHTS =
      new Row(
          new Limits.Vectors(3e-2, 0.998, 0.999, new Agreement(0.6, 0.6, 0), 1e-6),
          new Limits.Vectors(1e-1, 0.98, 0.998, new Agreement(0.6, 0.6, 0), 1e-6),
          new Limits.Scores(1e-1, 0.6, 0.6, 1e-6),
          new Limits.Scores(5e-2, 0.6, 0.6, 1e-5),
          2e-2);

  /// Eight bits of a number's length, a sixty-fourth of what fp16 has of it; range like fp32.
  private static final Row SOPHON_BF16 =
      new Row(
          new Limits.Vectors(3e-2, 0.999, 0.9995, new Agreement(0.6, 0.6, 0), 1e-6),
          new Limits.Vectors(1e-1, 0.98, 0.998, new Agreement(0.6, 0.6, 0), 1e-6),
          new Limits.Scores(1e-1, 0.6, 0.6, 1e-6),
          new Limits.Scores(5e-2, 0.6, 0.6, 1e-5),
          2e-2);

  private static final Map<String, Row> TABLE =
      Map.ofEntries(
          Map.entry("fp32 coreml", FP32),
          Map.entry("fp16 coreml", COREML_FP16),
          Map.entry("int8-weights coreml", COREML_INT8_WEIGHTS),
          Map.entry("fp32 onnx", FP32),
          Map.entry("fp32 table", FP32),
          Map.entry("fp16 onnx", FP16),
          Map.entry("int8 onnx", INT8),
          Map.entry("int8-weights onnx", INT8_WEIGHTS),
          Map.entry("int4 onnx", INT4),
          Map.entry("fp16 rknn", SOPHON_FP16),
          Map.entry("fp32 sophon", FP32),
          Map.entry("fp16 sophon", SOPHON_FP16),
          Map.entry("bf16 sophon", SOPHON_BF16),
          Map.entry("int8-weights sophon", SOPHON_INT8_WEIGHTS));

  /// Smallest cosine of a token's vector behind the layers that a device computes.
  private static final Map<String, Double> TOKENS =
      Map.of(
          "fp16 rknn", 0.9999,
          "fp32 sophon", 0.999999,
          "fp16 sophon", 0.9999,
          "bf16 sophon", 0.998,
          "int8-weights sophon", 0.998);

  private Tolerance() {}

  /// What each kind of output is held against.
  ///
  /// @param texts one vector a text
  /// @param wide vectors of tokens, and of the vocabulary
  /// @param weights one number a token
  /// @param scores numbers of a pair
  /// @param similarity how much further than in fp32 the cosine of two texts may be from a
  ///   published one
  private record Row(Limits texts, Limits wide, Limits weights, Limits scores, double similarity) {
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
    Row row = row(precision, target);
    var limits = new LinkedHashMap<String, Limits>();
    pipeline.outputs().forEach(output -> limits.put(output.port(), row.of(output)));
    return limits;
  }

  /// Returns the smallest cosine allowed of a token's vector behind the layers, on targets that
  /// compute those apart from pooling.
  public static double ofTokens(String precision, String target) {
    row(precision, target);
    return TOKENS.getOrDefault(precision + " " + target, 1.0);
  }

  /// Returns how much further the cosine of two texts may be from a published one than the source
  /// itself allows.
  public static double ofSimilarities(String precision, String target) {
    return row(precision, target).similarity();
  }

  private static Row row(String precision, String target) {
    Row row = TABLE.get(precision + " " + target);
    if (row == null) {
      throw new Problem(
          Category.UNSUPPORTED,
          "There are no limits for " + precision + " on " + target + ".",
          "Embark proves " + new TreeSet<>(TABLE.keySet()) + ".",
          "Choose one of these.");
    }
    return row;
  }
}
