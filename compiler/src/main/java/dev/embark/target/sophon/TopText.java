package dev.embark.target.sophon;

import dev.embark.target.TrunkValue;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// A module of the `top` dialect in the making: one line an operation, each under a name of its
/// own.
///
/// See `TopOps.td` in <https://github.com/sophgo/tpu-mlir>; the compiler asks for unique names, by
/// which weights are found in the archive and inputs at run time.
final class TopText {
  private static final String NONE = "%0";

  private final String name;
  private final List<String> arguments = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final Set<String> taken = new HashSet<>();
  private final Map<String, Weight> weights = new LinkedHashMap<>();
  private final Map<String, Tensor> positional = new LinkedHashMap<>();
  private final Map<Object, TrunkValue> shared = new HashMap<>();
  private int values;

  TopText(String name) {
    this.name = name;
    lines.add(NONE + " = \"top.None\"() : () -> none loc(#loc)");
  }

  /// Returns all weights by their names in the archive.
  Map<String, Weight> weights() {
    return weights;
  }

  private static String type(Shape shape) {
    return Arrays.stream(shape.sizes())
        .mapToObj(size -> size + "x")
        .collect(Collectors.joining("", "tensor<", "f32>"));
  }

  TrunkValue input(String input, Shape shape) {
    var argument = "%arg" + arguments.size();
    var type = type(shape);
    arguments.add(argument + ": " + type + " loc(unknown)");
    return line("\"top.Input\"(" + argument + ") {} : (" + type + ")", shape, input);
  }

  /// Returns an input that is given the same values at each run.
  TrunkValue positional(String as, Tensor values) {
    var input = input(as, values.shape());
    positional.put(names.getLast(), values);
    return input;
  }

  /// Returns the values of such inputs by their names.
  Map<String, Tensor> positional() {
    return positional;
  }

  /// Returns a constant; the same name is the same constant.
  TrunkValue weight(String weight, Weight values) {
    var shape = values.shape();
    return once(
        List.of(weight, shape),
        () -> {
          var unique = unique(weight);
          weights.put(unique, values);
          return named("\"top.Weight\"() {} : ()", shape, unique);
        });
  }

  TrunkValue once(Object key, Supplier<TrunkValue> make) {
    var made = shared.get(key);
    if (made == null) {
      made = make.get();
      shared.put(key, made);
    }
    return made;
  }

  /// Adds an operation; `attributes` are as they stand between braces.
  ///
  /// @param operands values, or [Operand#NONE] in the place of one that lacks
  TrunkValue op(String type, String as, String attributes, Shape shape, List<Operand> operands) {
    var given = operands.stream().map(Operand::text).collect(Collectors.joining(", "));
    var types = operands.stream().map(Operand::type).collect(Collectors.joining(", "));
    return line("\"top.%s\"(%s) {%s} : (%s)".formatted(type, given, attributes, types), shape, as);
  }

  /// What an operation reads.
  sealed interface Operand {
    Operand NONE = new Lacking();

    String text();

    String type();

    static Operand of(TrunkValue value) {
      return new Given(value);
    }
  }

  private record Given(TrunkValue value) implements Operand {
    @Override
    public String text() {
      return value.name();
    }

    @Override
    public String type() {
      return TopText.type(value.shape());
    }
  }

  private record Lacking() implements Operand {
    @Override
    public String text() {
      return TopText.NONE;
    }

    @Override
    public String type() {
      return "none";
    }
  }

  private TrunkValue line(String text, Shape shape, String as) {
    return named(text, shape, unique(as));
  }

  private TrunkValue named(String text, Shape shape, String unique) {
    names.add(unique);
    var value = new TrunkValue("%" + ++values, shape);
    lines.add("%s = %s -> %s loc(#loc%d)".formatted(value.name(), text, type(shape), names.size()));
    return value;
  }

  private String unique(String wanted) {
    var plain = wanted.replaceAll("[^A-Za-z0-9_.]", "_");
    var unique = plain;
    for (int i = 2; !taken.add(unique); i++) {
      unique = plain + "_" + i;
    }
    return unique;
  }

  /// Returns the module, which gives `output` and reads its weights from `archive`.
  String finish(TrunkValue output, String archive) {
    var text = new StringBuilder("#loc = loc(unknown)\n");
    text.append("module @")
        .append(name)
        .append(" attributes {module.chip = \"ALL\", module.platform = \"ONNX\", ")
        .append("module.state = \"TOP_F32\", module.top_run_mode = \"STATIC\", ")
        .append("module.weight_file = \"")
        .append(archive)
        .append("\"} {\n  func.func @main(")
        .append(String.join(", ", arguments))
        .append(") -> ")
        .append(type(output.shape()))
        .append(" {\n");
    lines.forEach(line -> text.append("    ").append(line).append('\n'));
    text.append("    return ").append(output.name()).append(" : ").append(type(output.shape()));
    text.append(" loc(#loc)\n  } loc(#loc)\n} loc(#loc)\n");
    for (int i = 0; i < names.size(); i++) {
      text.append("#loc").append(i + 1).append(" = loc(\"").append(names.get(i)).append("\")\n");
    }
    return text.toString();
  }
}
