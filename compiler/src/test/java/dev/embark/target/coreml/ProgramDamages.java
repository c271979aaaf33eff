package dev.embark.target.coreml;

import dev.embark.format.mlprogram.MilFunction;
import dev.embark.format.mlprogram.MilOperation;
import dev.embark.format.mlprogram.MilOperation.Binding;
import dev.embark.format.mlprogram.MilPort;
import dev.embark.format.mlprogram.MilType;
import dev.embark.format.mlprogram.MilValue;
import dev.embark.format.mlprogram.MlModel;
import dev.embark.target.coreml.Damage.Base;
import dev.embark.tensor.Shape;
import dev.embark.testing.Surgery;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// Damages to the operations of a program.
final class ProgramDamages {
  private ProgramDamages() {}

  static List<Damage> all() {
    var all = new ArrayList<Damage>();
    all.addAll(parameters());
    all.addAll(order());
    all.addAll(shapes());
    all.addAll(types());
    all.addAll(values());
    all.addAll(numbers());
    all.addAll(encodings());
    return all;
  }

  private static Damage program(String name, UnaryOperator<MlModel> edit, String message) {
    return Damage.model(name, Base.FP32, edit, message);
  }

  private static Damage missing(String type, String parameter) {
    return program(
        type + " without " + parameter,
        model -> Surgery.without(model, type, parameter),
        "the parameter \"" + parameter + "\" is missing");
  }

  private static List<Damage> parameters() {
    return List.of(
        missing("matmul", "transpose_x"),
        missing("gelu", "mode"),
        missing("reduce_sum", "keep_dims"),
        missing("gather", "validate_indices"),
        missing("gather", "batch_dims"),
        missing("softmax", "axis"),
        missing("linear", "x"),
        missing("linear", "bias"),
        missing("layer_norm", "epsilon"),
        program(
            "parameter that nobody knows",
            model -> Surgery.reading(model, "gelu", "slope", "input_ids"),
            "the parameters [slope] are not known"),
        program(
            "attribute that nobody knows",
            model -> Surgery.attribute(model, "linear", "units", Surgery.integer(3)),
            "the attributes [units] are not known"),
        program(
            "two values for one",
            model ->
                Surgery.inputs(
                    model,
                    "gelu",
                    inputs -> {
                      inputs.compute(
                          "x",
                          (_, old) ->
                              old == null ? List.of() : List.of(old.getFirst(), old.getFirst()));
                      return inputs;
                    }),
            "x is 2 values, expected one"),
        program(
            "operation that nobody knows",
            model -> renamed(model, "gelu", "swish"),
            "Embark knows no rule for swish"),
        program(
            "mode that nobody knows",
            model -> Surgery.given(model, "gelu", "mode", Surgery.text("ABOUT")),
            "mode is \"ABOUT\""),
        program(
            "constant with an input",
            model -> Surgery.reading(model, "const", "x", "input_ids"),
            "expected one output, the attribute \"val\" and no inputs"),
        program(
            "weight in place",
            model ->
                Surgery.inputs(
                    model,
                    "softmax",
                    inputs -> {
                      inputs.put("axis", List.of(new Binding.Inline(Surgery.integer(-1))));
                      return inputs;
                    }),
            "a constant stands in place"),
        program(
            "gain that is computed",
            model -> Surgery.reading(model, "layer_norm", "gamma", computed(model)),
            "gamma has to be a constant"),
        program(
            "weights that are computed",
            model -> Surgery.reading(model, "linear", "weight", computed(model)),
            "weight has to be a constant"));
  }

  /// Returns the name of the first value that the program computes from reals.
  private static String computed(MlModel model) {
    return model.functions().values().iterator().next().operations().stream()
        .filter(operation -> operation.type().equals("gather"))
        .findFirst()
        .orElseThrow()
        .outputs()
        .getFirst()
        .name();
  }

  private static MlModel renamed(MlModel model, String type, String other) {
    return Surgery.first(
        model,
        type,
        old -> List.of(new MilOperation(other, old.inputs(), old.outputs(), old.attributes())));
  }

  private static Damage named(String name, String other, String message) {
    return program(
        name,
        model ->
            Surgery.making(model, "gelu", port -> MilPort.tensor(other, port.type(), port.shape())),
        message);
  }

  private static List<Damage> order() {
    return List.of(
        named("word of the language", "fp16", "\"fp16\" is a word of the language"),
        named("name with a dot", "layer.0", "\"layer.0\" is no name"),
        named("name with a digit first", "0layer", "\"0layer\" is no name"),
        named("value made twice", "input_ids", "\"input_ids\" is made a second time"),
        named("value that nobody makes", "elsewhere", "before anything makes it"),
        program(
            "operations the other way round",
            model ->
                Surgery.bodies(
                    model,
                    function -> {
                      var operations = new ArrayList<>(function.operations());
                      Collections.reverse(operations);
                      return Surgery.with(function, operations);
                    }),
            "before anything makes it"),
        program(
            "operation that nobody needs",
            model ->
                Surgery.first(
                    model,
                    "gelu",
                    old -> List.of(old, Surgery.constant("idle", Surgery.integer(7)))),
            "nobody reads it"),
        program(
            "output that nobody makes",
            model -> leaving(model, List.of("nothing")),
            "nothing makes \"nothing\", which leaves it"),
        program(
            "output that leaves twice",
            model -> leaving(model, List.of("embeddings", "embeddings")),
            "\"embeddings\" leaves it twice"));
  }

  static MlModel leaving(MlModel model, List<String> outputs) {
    return Surgery.bodies(
        model,
        function ->
            new MilFunction(function.inputs(), function.opset(), outputs, function.operations()));
  }

  private static Damage given(
      String name, String type, String parameter, MilValue value, String message) {
    return program(name, model -> Surgery.given(model, type, parameter, value), message);
  }

  private static List<Damage> shapes() {
    return List.of(
        given("columns on rows", "linear", "weight", zeros(32, 7), "and weight is [32, 7]"),
        given("bias of another length", "linear", "bias", zeros(7), "and bias is [7]"),
        given("gain of another length", "layer_norm", "gamma", zeros(7), "gamma is [7]"),
        given("shift of another length", "layer_norm", "beta", zeros(7), "beta is [7]"),
        given("summand of another length", "add", "y", zeros(7), "and [7] do not go together"),
        given(
            "form of another size", "reshape", "shape", Surgery.integers(5L, 5L), "cannot become"),
        given("form below nothing", "reshape", "shape", Surgery.integers(-2L), "shape is [-2]"),
        given("axes too few", "transpose", "perm", Surgery.integers(1L, 0L), "perm is [1, 0]"),
        given(
            "axis twice",
            "transpose",
            "perm",
            Surgery.integers(0L, 1L, 1L, 3L),
            "expected each axis once"),
        given("axis beyond", "softmax", "axis", Surgery.integer(4), "axis is 4"),
        given("no axes", "reduce_sum", "axes", Surgery.integers(), "a dimension of size 0"),
        given(
            "axis that stays",
            "reduce_sum",
            "keep_dims",
            Surgery.truth(List.of(false)),
            "is declared"),
        program(
            "product the other way round",
            model -> Surgery.given(model, "matmul", "transpose_y", Surgery.truth(List.of(false))),
            "columns on"),
        program(
            "shape of a value",
            model ->
                Surgery.making(
                    model,
                    "gelu",
                    port -> MilPort.tensor(port.name(), port.type(), Shape.of(3, 3))),
            "is declared [3, 3]"),
        program(
            "rank 6",
            model ->
                Surgery.making(
                    model,
                    "gelu",
                    port -> MilPort.tensor(port.name(), port.type(), Shape.of(1, 1, 1, 1, 1, 1))),
            "expected rank ≤ 5"),
        given("vector for a scalar", "softmax", "axis", Surgery.integers(-1L), "expected rank 0"),
        given("scalar for a vector", "transpose", "perm", Surgery.integer(0), "expected rank 1"),
        given("batch beyond", "gather", "batch_dims", Surgery.integer(3), "batch_dims is 3"));
  }

  private static MilValue zeros(long... sizes) {
    var shape = Shape.of(sizes);
    return new MilValue(
        MilType.FLOAT32,
        shape,
        new MilValue.Reals(Collections.nCopies((int) shape.elementCount(), 0f)));
  }

  private static List<Damage> types() {
    return List.of(
        program(
            "type of a value",
            model ->
                Surgery.making(
                    model,
                    "gelu",
                    port -> MilPort.tensor(port.name(), MilType.FLOAT16, port.shape())),
            "is declared FLOAT16, is FLOAT32"),
        program(
            "type of a constant",
            model ->
                Surgery.making(
                    model,
                    "const",
                    port -> MilPort.tensor(port.name(), MilType.UINT8, port.shape())),
            "is declared UINT8"),
        program(
            "no output",
            model ->
                Surgery.first(
                    model,
                    "gelu",
                    old ->
                        List.of(
                            new MilOperation("gelu", old.inputs(), List.of(), old.attributes()))),
            "0 outputs, expected 1"),
        given("types that differ", "mul", "y", Surgery.half(1), "x is FLOAT32 and y is FLOAT16"),
        given("cast to nothing", "cast", "dtype", Surgery.text("real"), "dtype is \"real\""),
        program(
            "rows that are asked for by reals",
            model -> Surgery.reading(model, "gather", "indices", "mask_as_reals"),
            "before anything makes it"),
        given("axis that is real", "softmax", "axis", Surgery.real(-1), "axis is FLOAT32"),
        given(
            "epsilon of another type",
            "layer_norm",
            "epsilon",
            Surgery.half(1e-3f),
            "gamma is FLOAT32 and epsilon is FLOAT16"));
  }

  private static MilValue value(MilType type, Shape shape, MilValue.Content content) {
    return new MilValue(type, shape, content);
  }

  private static List<Damage> values() {
    var scalar = Shape.of(new long[0]);
    return List.of(
        given(
            "elements too few",
            "transpose",
            "perm",
            value(MilType.INT32, Shape.of(4), new MilValue.Integers(List.of(0L, 2L))),
            "has 2 elements or bytes, expected 4"),
        given(
            "16 bits among the reals",
            "mul",
            "y",
            value(MilType.FLOAT16, scalar, new MilValue.Reals(List.of(1f))),
            "FLOAT16 does not stand among the reals"),
        given(
            "a truth among the integers",
            "matmul",
            "transpose_x",
            value(MilType.BOOL, scalar, new MilValue.Integers(List.of(0L))),
            "BOOL does not stand among the integers"),
        given(
            "a truth without a byte",
            "matmul",
            "transpose_x",
            value(MilType.BOOL, scalar, new MilValue.Truths(List.of())),
            "has 0 elements or bytes, expected 1"),
        given(
            "reals among raw bytes",
            "mul",
            "y",
            value(MilType.FLOAT32, scalar, new MilValue.Raw(List.of((byte) 0))),
            "FLOAT32 does not stand among the raw"),
        given(
            "integer of 33 bits",
            "softmax",
            "axis",
            value(MilType.INT32, scalar, new MilValue.Integers(List.of(1L << 32))),
            "4294967296 is no INT32"),
        Damage.model(
            "many 16-bit floats in the message",
            Base.FP16,
            model ->
                Surgery.given(
                    model,
                    "mul",
                    "y",
                    value(
                        MilType.FLOAT16,
                        Shape.of(10),
                        new MilValue.Raw(Collections.nCopies(20, (byte) 0)))),
            "10 16-bit floats stand in the message"));
  }

  private static List<Damage> numbers() {
    var infinite = Float.NEGATIVE_INFINITY;
    return List.of(
        given("no number", "mul", "y", Surgery.real(Float.NaN), "infinite or no number"),
        given("infinity", "mul", "y", Surgery.real(infinite), "infinite or no number"),
        given("epsilon of 0", "layer_norm", "epsilon", Surgery.real(0), "epsilon is not above 0"),
        Damage.model(
            "infinity of 16 bits",
            Base.FP16,
            model -> Surgery.given(model, "mul", "y", Surgery.half(infinite)),
            "FLOAT16 is infinite or no number"),
        Damage.model(
            "number that 16 bits hardly hold",
            Base.FP16,
            model -> Surgery.given(model, "mul", "y", Surgery.half(65_000)),
            "beyond 60000"),
        Damage.weights("no number in the weight file", 128, 0x7FC0_0000, "infinite or no number"));
  }

  private static Damage encoded(String name, String attribute, MilValue value, String message) {
    return Damage.model(
        name,
        Base.BYTES,
        model -> Surgery.attribute(model, "constexpr_affine_dequantize", attribute, value),
        message);
  }

  private static List<Damage> encodings() {
    return List.of(
        encoded("scales too few", "scale", zeros(3), "scale is [3]"),
        encoded("scale below 0", "scale", Surgery.real(-1), "a scale is below 0"),
        encoded("scale of 0", "scale", Surgery.real(0), "a scale is 0"),
        encoded(
            "zero points of another type", "zero_point", Surgery.integer(0), "zero_point is INT32"),
        encoded("axis of the scales", "axis", Surgery.integer(2), "axis is 2"),
        encoded("operand that nobody knows", "block", Surgery.integer(2), "[block] are not known"),
        Damage.model(
            "operands as inputs",
            Base.BYTES,
            model ->
                Surgery.first(
                    model,
                    "constexpr_affine_dequantize",
                    old -> {
                      var inputs = new TreeMap<String, List<Binding>>();
                      old.attributes()
                          .forEach(
                              (key, value) -> inputs.put(key, List.of(new Binding.Inline(value))));
                      return List.of(new MilOperation(old.type(), inputs, old.outputs(), Map.of()));
                    }),
            "its operands have to be attributes"),
        Damage.model(
            "encoding of a later system",
            Base.BYTES,
            model ->
                renamed(model, "constexpr_affine_dequantize", "constexpr_blockwise_shift_scale"),
            "belongs to CoreML8, the set is CoreML7"));
  }
}
