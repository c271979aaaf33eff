package dev.embark.format.mlprogram.rules;

import static dev.embark.format.mlprogram.rules.Parameter.NUMBERS;
import static dev.embark.format.mlprogram.rules.Parameter.REALS;
import static dev.embark.format.mlprogram.rules.Parameter.integer;
import static dev.embark.format.mlprogram.rules.Parameter.integers;
import static dev.embark.format.mlprogram.rules.Parameter.truth;
import static dev.embark.format.mlprogram.rules.Parameter.value;

import dev.embark.format.mlprogram.MilType;
import dev.embark.format.mlprogram.rules.Rule.Inference;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The rule of each operation that models of text are made of.
///
/// All parameters are listed: those that are optional for people who write in Python are not for a
/// device.
final class Operations {
  /// The operation sets of iOS 16, 17 and 18; all have what iOS 15 had.
  private static final int IOS16 = 6;

  private static final int IOS17 = 7;
  private static final int IOS18 = 8;

  private static final Set<MilType> INT32 = Set.of(MilType.INT32);
  private static final Set<MilType> BYTES = Set.of(MilType.INT8, MilType.UINT8);

  private static final Map<String, Rule> RULES = rules();

  private Operations() {}

  static Optional<Rule> rule(String type) {
    return Optional.ofNullable(RULES.get(type));
  }

  private static Map<String, Rule> rules() {
    var rules = new HashMap<String, Rule>();
    elementwise(rules);
    products(rules);
    moves(rules);
    constants(rules);
    return Map.copyOf(rules);
  }

  private static Rule rule(Inference inference, Parameter... parameters) {
    return new Rule(0, List.of(parameters), inference);
  }

  private static Rule since(int opset, Inference inference, Parameter... parameters) {
    return new Rule(opset, List.of(parameters), inference);
  }

  private static void elementwise(Map<String, Rule> rules) {
    for (var type :
        List.of("add", "sub", "mul", "real_div", "maximum", "minimum", "pow", "floor_div", "mod")) {
      rules.put(type, rule(Inferences::pair, value("x", NUMBERS), value("y", NUMBERS)));
    }
    for (var type :
        List.of("equal", "not_equal", "greater", "greater_equal", "less", "less_equal")) {
      rules.put(type, rule(Inferences::question, value("x", NUMBERS), value("y", NUMBERS)));
    }
    for (var type :
        List.of("relu", "sigmoid", "sqrt", "tanh", "exp", "erf", "silu", "cos", "sin")) {
      rules.put(type, rule(Inferences::likeX, value("x", REALS)));
    }
    rules.put("rsqrt", rule(Inferences::rsqrt, value("x", REALS), Parameter.real("epsilon")));
    rules.put("gelu", rule(Inferences::gelu, value("x", REALS), Parameter.word("mode")));
    rules.put(
        "cast", rule(Inferences::cast, value("x", Parameter.CASTABLE), Parameter.word("dtype")));
    rules.put(
        "select",
        rule(
            Inferences::select,
            value("cond", Set.of(MilType.BOOL)),
            value("a", NUMBERS),
            value("b", NUMBERS)));
  }

  private static void products(Map<String, Rule> rules) {
    rules.put("softmax", rule(Inferences::softmax, value("x", REALS), integer("axis")));
    rules.put(
        "layer_norm",
        rule(
            Inferences::layerNorm,
            value("x", REALS),
            integers("axes"),
            Parameter.weight("gamma"),
            Parameter.weight("beta"),
            Parameter.real("epsilon")));
    rules.put(
        "linear",
        rule(
            Inferences::linear,
            value("x", REALS),
            Parameter.weight("weight"),
            Parameter.weight("bias")));
    rules.put(
        "matmul",
        rule(
            Inferences::matmul,
            value("x", NUMBERS),
            value("y", NUMBERS),
            truth("transpose_x"),
            truth("transpose_y")));
    for (var type :
        List.of(
            "reduce_sum",
            "reduce_mean",
            "reduce_max",
            "reduce_min",
            "reduce_l2_norm",
            "reduce_sum_square")) {
      rules.put(
          type,
          rule(Inferences::reduce, value("x", NUMBERS), integers("axes"), truth("keep_dims")));
    }
  }

  private static void moves(Map<String, Rule> rules) {
    var all = Parameter.CASTABLE;
    rules.put("reshape", rule(Inferences::reshape, value("x", all), value("shape", INT32)));
    rules.put("transpose", rule(Inferences::transpose, value("x", all), integers("perm")));
    rules.put("expand_dims", rule(Inferences::expandDims, value("x", all), integers("axes")));
    rules.put("squeeze", rule(Inferences::squeeze, value("x", all), integers("axes")));
    rules.put(
        "slice_by_size",
        rule(
            Inferences::sliceBySize, value("x", all), value("begin", INT32), value("size", INT32)));
    rules.put(
        "concat",
        rule(
            Inferences::concat,
            Parameter.values("values", all),
            integer("axis"),
            truth("interleave")));
    rules.put(
        "gather",
        rule(
            Inferences::gather,
            value("x", all),
            Parameter.indices("indices"),
            integer("axis"),
            integer("batch_dims").from(IOS16),
            truth("validate_indices").from(IOS17)));
    rules.put("read_state", since(IOS18, Inferences::readState, Parameter.state("input")));
    rules.put(
        "write_state",
        since(IOS18, Inferences::writeState, Parameter.state("input"), value("data", all)));
  }

  private static void constants(Map<String, Rule> rules) {
    var zeros = EnumSet.of(MilType.INT8, MilType.UINT8, MilType.FLOAT32);
    var codes =
        EnumSet.of(
            MilType.INT8,
            MilType.UINT8,
            MilType.INT4,
            MilType.UINT4,
            MilType.FLOAT16,
            MilType.FLOAT32);
    rules.put(
        "constexpr_affine_dequantize",
        since(
            IOS16,
            Inferences::affineDequantize,
            value("quantized_data", BYTES),
            value("scale", REALS),
            value("zero_point", zeros),
            integer("axis")));
    rules.put(
        "constexpr_blockwise_shift_scale",
        since(
            IOS18,
            Inferences::blockwiseShiftScale,
            value("data", codes),
            value("scale", REALS),
            new Parameter("offset", codes, Parameter.Form.OPTIONAL, 0)));
  }
}
