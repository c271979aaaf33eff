package dev.embark.format.mlprogram.rules;

import dev.embark.format.mlprogram.MilFunction;
import dev.embark.format.mlprogram.MilOperation;
import dev.embark.format.mlprogram.MilOperation.Binding;
import dev.embark.format.mlprogram.MilPort;
import dev.embark.format.mlprogram.rules.Finding.Code;
import dev.embark.format.mlprogram.rules.Rule.Typed;
import dev.embark.problem.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Rules for the body of a function: every value is made once and before it is read, and is what
/// its operation makes of its inputs.
final class FunctionRules {
  private static final String CONST = "const";
  private static final String ENCODED = "constexpr_";

  /// The one encoding whose operands are attributes.
  private static final String AFFINE = "constexpr_affine_dequantize";

  private static final int RANK_MAX = 5;

  private final String name;
  private final MilFunction function;
  private final ConstantRules constants;
  private final Findings findings;
  private final int opset;
  private final Map<String, Operand> scope = new HashMap<>();
  private final Set<String> used = new HashSet<>();

  FunctionRules(String name, MilFunction function, ConstantRules constants, Findings findings) {
    this.name = name;
    this.function = function;
    this.constants = constants;
    this.findings = findings;
    this.opset = InterfaceRules.number(function.opset());
  }

  void check() {
    for (var input : function.inputs()) {
      declare(input, new Operand.Origin.Outside(input.kind()), name);
    }
    function.operations().forEach(this::check);
    var outputs = new HashSet<String>();
    for (var output : function.outputs()) {
      checkOutput(output);
      if (!outputs.add(output)) {
        findings.defect(Code.ORDER, name, "\"" + output + "\" leaves it twice");
      }
    }
    checkUnused();
  }

  private void declare(MilPort port, Operand.Origin origin, String where) {
    Identifiers.check(port.name(), where, findings);
    if (port.shape().rank() > RANK_MAX) {
      findings.defect(
          Code.SHAPE, where, "\"" + port.name() + "\" is " + port.shape() + ", expected rank ≤ 5");
    }
    var operand = new Operand(port.type(), port.shape(), origin);
    if (scope.put(port.name(), operand) != null) {
      findings.defect(Code.ORDER, where, "\"" + port.name() + "\" is made a second time");
    }
  }

  private String where(MilOperation operation) {
    var made = operation.outputs().stream().map(MilPort::name).findFirst();
    return name + ", " + operation.type() + made.map(it -> " \"" + it + "\"").orElse("");
  }

  private void check(MilOperation operation) {
    var where = where(operation);
    operation.inputs().values().stream()
        .flatMap(List::stream)
        .forEach(binding -> {
          if (binding instanceof Binding.Name(var read)) {
            used.add(read);
          }
        });
    Operand.Origin origin =
        operation.type().startsWith(ENCODED)
            ? new Operand.Origin.Decoded()
            : new Operand.Origin.Computed();
    try {
      if (operation.type().equals(CONST)) {
        origin = constant(operation, where).origin();
      } else {
        compare(operation.outputs(), made(operation, where));
      }
    } catch (Problem e) {
      findings.add(Refused.finding(e, where));
    } catch (ArithmeticException _) {
      findings.defect(Code.SHAPE, where, "its sizes are beyond all bounds");
    }
    for (var output : operation.outputs()) {
      declare(output, origin, where);
    }
  }

  private Operand constant(MilOperation operation, String where) {
    var value = Optional.ofNullable(operation.attributes().get("val"));
    var rest = new TreeMap<>(operation.attributes());
    rest.remove("val");
    requireOnlyName(rest.keySet());
    if (value.isEmpty() || operation.outputs().size() != 1 || !operation.inputs().isEmpty()) {
      throw Refused.defect(
          Code.PARAMETER, "expected one output, the attribute \"val\" and no inputs");
    }
    var operand = constants.operand(value.get(), where);
    compare(operation.outputs(), List.of(new Typed(operand.type(), operand.shape())));
    return operand;
  }

  private static void requireOnlyName(Set<String> attributes) {
    var unknown = new HashSet<>(attributes);
    unknown.remove("name");
    if (!unknown.isEmpty()) {
      throw Refused.defect(Code.PARAMETER, "the attributes " + unknown + " are not known");
    }
  }

  private void compare(List<MilPort> declared, List<Typed> made) {
    if (declared.size() != made.size()) {
      throw Refused.defect(Code.PARAMETER, declared.size() + " outputs, expected " + made.size());
    }
    for (int i = 0; i < made.size(); i++) {
      var port = declared.get(i);
      if (port.type() != made.get(i).type()) {
        throw Refused.defect(
            Code.TYPE, "is declared " + port.type() + ", is " + made.get(i).type());
      }
      if (!port.shape().equals(made.get(i).shape())) {
        throw Refused.defect(
            Code.SHAPE, "is declared " + port.shape() + ", is " + made.get(i).shape());
      }
    }
  }

  /// Returns what an operation makes.
  private List<Typed> made(MilOperation operation, String where) {
    var rule =
        Operations.rule(operation.type())
            .orElseThrow(() -> Refused.unjudged("Embark knows no rule for " + operation.type()));
    if (rule.since() > opset) {
      throw Refused.defect(
          Code.OPERATION, "belongs to CoreML" + rule.since() + ", the set is " + function.opset());
    }
    var given = given(operation, where);
    var unknown = new HashSet<>(given.keySet());
    for (var parameter : rule.parameters()) {
      if (parameter.since() <= opset) {
        check(parameter, given);
        unknown.remove(parameter.name());
      }
    }
    if (!unknown.isEmpty()) {
      throw Refused.defect(Code.PARAMETER, "the parameters " + unknown + " are not known");
    }
    return rule.inference().of(new Given(opset, given));
  }

  /// Returns all operands by their parameter.
  private Map<String, List<Operand>> given(MilOperation operation, String where) {
    var given = new LinkedHashMap<String, List<Operand>>();
    operation
        .inputs()
        .forEach((parameter, bindings) -> {
          var operands = new ArrayList<Operand>();
          bindings.forEach(binding -> operands.add(operand(operation, binding, where)));
          given.put(parameter, operands);
        });
    if (!operation.type().equals(AFFINE)) {
      requireOnlyName(operation.attributes().keySet());
      checkScales(operation, where);
      return given;
    }
    if (!given.isEmpty()) {
      throw Refused.defect(Code.PARAMETER, "its operands have to be attributes, not inputs");
    }
    operation
        .attributes()
        .forEach((parameter, value) -> {
          if (!parameter.equals("name")) {
            given.put(parameter, List.of(constants.operand(value, where)));
          }
          if (parameter.equals("scale")) {
            constants.checkScales(value, where);
          }
        });
    return given;
  }

  private void checkScales(MilOperation operation, String where) {
    for (var binding : operation.inputs().getOrDefault("scale", List.of())) {
      if (binding instanceof Binding.Inline(var value)) {
        constants.checkScales(value, where);
      }
    }
  }

  private Operand operand(MilOperation operation, Binding binding, String where) {
    boolean isEncoded = operation.type().startsWith(ENCODED);
    return switch (binding) {
      case Binding.Name(var read) -> {
        if (isEncoded) {
          throw Refused.defect(
              Code.CONSTANCY, "its operand \"" + read + "\" has to stand in place");
        }
        var operand = scope.get(read);
        if (operand == null) {
          throw Refused.defect(Code.ORDER, "reads \"" + read + "\" before anything makes it");
        }
        yield operand;
      }
      case Binding.Inline(var value) -> {
        if (!isEncoded) {
          throw Refused.defect(Code.CONSTANCY, "a constant stands in place, not in a const");
        }
        yield constants.operand(value, where);
      }
    };
  }

  private static void check(Parameter parameter, Map<String, List<Operand>> given) {
    var operands = given.getOrDefault(parameter.name(), List.of());
    if (operands.isEmpty() && parameter.form() == Parameter.Form.OPTIONAL) {
      return;
    }
    if (operands.isEmpty()) {
      throw Refused.defect(Code.PARAMETER, "the parameter \"" + parameter.name() + "\" is missing");
    }
    if (operands.size() > 1 && parameter.form() != Parameter.Form.VALUES) {
      throw Refused.defect(
          Code.PARAMETER, parameter.name() + " is " + operands.size() + " values, expected one");
    }
    for (var operand : operands) {
      check(parameter, operand);
    }
  }

  private static void check(Parameter parameter, Operand operand) {
    if (!parameter.types().contains(operand.type())) {
      throw Refused.defect(
          Code.TYPE,
          parameter.name() + " is " + operand.type() + ", expected one of " + parameter.types());
    }
    var form = parameter.form();
    if (operand.isState() != (form == Parameter.Form.STATE)) {
      throw Refused.defect(
          Code.STATE, parameter.name() + (operand.isState() ? " is a state" : " is no state"));
    }
    int rank =
        switch (form) {
          case SCALAR -> 0;
          case VECTOR -> 1;
          case VALUE, OPTIONAL, VALUES, CONSTANT, STATE -> operand.shape().rank();
        };
    boolean isConstant =
        switch (form) {
          case CONSTANT, SCALAR, VECTOR -> true;
          case VALUE, OPTIONAL, VALUES, STATE -> false;
        };
    if (isConstant && !operand.isConstant()) {
      throw Refused.defect(Code.CONSTANCY, parameter.name() + " has to be a constant");
    }
    if (operand.shape().rank() != rank) {
      throw Refused.defect(
          Code.SHAPE, parameter.name() + " is " + operand + ", expected rank " + rank);
    }
  }

  private void checkOutput(String output) {
    used.add(output);
    var operand = scope.get(output);
    if (operand == null) {
      findings.defect(Code.ORDER, name, "nothing makes \"" + output + "\", which leaves it");
      return;
    }
    boolean isPassed =
        operand.isConstant()
            || operand.origin() instanceof Operand.Origin.Outside
            || function.operations().stream()
                .anyMatch(each ->
                    each.type().equals("identity")
                        && each.outputs().stream().anyMatch(it -> it.name().equals(output)));
    if (isPassed) {
      findings.defect(Code.INTERFACE, name, "\"" + output + "\" leaves it without being computed");
    }
  }

  private void checkUnused() {
    for (var input : function.inputs()) {
      if (!used.contains(input.name())) {
        findings.defect(Code.UNUSED, name, "the input \"" + input.name() + "\" is not read");
      }
    }
    for (var operation : function.operations()) {
      if (!operation.outputs().isEmpty()
          && operation.outputs().stream().noneMatch(port -> used.contains(port.name()))) {
        findings.warning(Code.UNUSED, where(operation), "nobody reads it");
      }
    }
  }
}
