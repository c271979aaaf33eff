package dev.embark.format.mlprogram.rules;

import dev.embark.format.mlprogram.Feature;
import dev.embark.format.mlprogram.MilFunction;
import dev.embark.format.mlprogram.MilPort;
import dev.embark.format.mlprogram.MilType;
import dev.embark.format.mlprogram.MlModel;
import dev.embark.format.mlprogram.Signature;
import dev.embark.format.mlprogram.rules.Finding.Code;
import dev.embark.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Rules for what an app sees: versions that belong together, and a description that says of each
/// function what the function itself says.
final class InterfaceRules {
  private static final String MAIN = "main";
  private static final String OPSET = "CoreML";
  private static final int SPECIFICATION_MIN = 6;
  private static final int SPECIFICATION_MAX = 10;

  /// First specification versions with 16-bit floats, with states and several functions, and with
  /// bytes at the border.
  private static final int HALVES = 7;

  private static final int STATES = 9;
  private static final int BYTES = 10;
  private static final int RANK_MAX = 5;

  private final MlModel model;
  private final Findings findings;

  InterfaceRules(MlModel model, Findings findings) {
    this.model = model;
    this.findings = findings;
  }

  /// Returns the number of an operation set; 0 where it is none.
  static int number(String opset) {
    for (int specification = SPECIFICATION_MIN;
        specification <= SPECIFICATION_MAX;
        specification++) {
      if (opset.equals(OPSET + (specification - 1))) {
        return specification - 1;
      }
    }
    return 0;
  }

  void check() {
    int version = model.specificationVersion();
    if (version < SPECIFICATION_MIN || version > SPECIFICATION_MAX) {
      findings.defect(
          Code.VERSION, "model", "its specification is " + version + ", programs have 6 to 10");
    }
    model
        .functions()
        .forEach((name, function) -> {
          Identifiers.check(name, "model", findings);
          if (number(function.opset()) != version - 1) {
            findings.defect(
                Code.OPSET,
                name,
                "its operations are of "
                    + function.opset()
                    + ", specification "
                    + version
                    + " has "
                    + OPSET
                    + (version - 1));
          }
        });
    var description = model.description();
    if (description.functions().isEmpty()) {
      checkSingle(description);
    } else {
      checkSeveral(description);
    }
  }

  private void checkSingle(MlModel.Description description) {
    var main = model.functions().get(MAIN);
    if (main == null || model.functions().size() != 1 || !description.defaultFunction().isEmpty()) {
      findings.defect(
          Code.FUNCTION,
          "model",
          "its functions are "
              + model.functions().keySet()
              + " and the default is \""
              + description.defaultFunction()
              + "\", none of them described");
      return;
    }
    check(MAIN, description.main(), main);
  }

  private void checkSeveral(MlModel.Description description) {
    var signatures = new TreeMap<String, Signature>();
    description.functions().forEach(each -> signatures.put(each.name(), each.signature()));
    var top = description.main();
    if (model.specificationVersion() < STATES) {
      findings.defect(Code.FUNCTION, "model", "several functions need specification 9");
    }
    if (!(top.inputs().isEmpty() && top.outputs().isEmpty() && top.states().isEmpty())) {
      findings.defect(Code.FUNCTION, "model", "inputs and outputs stand beside the functions'");
    }
    if (!signatures.containsKey(description.defaultFunction())) {
      findings.defect(
          Code.FUNCTION,
          "model",
          "the default function \"" + description.defaultFunction() + "\" is not described");
    }
    if (signatures.size() != description.functions().size()
        || !signatures.keySet().equals(model.functions().keySet())) {
      findings.defect(
          Code.FUNCTION,
          "model",
          "described are " + signatures.keySet() + ", functions are " + model.functions().keySet());
      return;
    }
    signatures.forEach((name, signature) -> {
      var function = model.functions().get(name);
      if (function != null) {
        check(name, signature, function);
      }
    });
  }

  private void check(String name, Signature signature, MilFunction function) {
    var names = new HashSet<String>();
    var all = new ArrayList<>(signature.inputs());
    all.addAll(signature.outputs());
    all.addAll(signature.states());
    for (var feature : all) {
      check(feature, name);
      if (!names.add(feature.name())) {
        findings.defect(Code.INTERFACE, name, "\"" + feature.name() + "\" is described twice");
      }
    }
    if (!signature.states().isEmpty() && model.specificationVersion() < STATES) {
      findings.defect(Code.STATE, name, "states need specification 9");
    }
    if (signature.inputs().isEmpty() || signature.outputs().isEmpty()) {
      findings.defect(Code.INTERFACE, name, "it takes nothing, or gives nothing");
    }
    compareInputs(name, signature, function);
    compareOutputs(name, signature, function);
  }

  private void check(Feature feature, String name) {
    var where = name + ", \"" + feature.name() + "\"";
    Identifiers.check(feature.name(), name, findings);
    if (feature.shape().isEmpty() || feature.shape().size() > RANK_MAX) {
      findings.defect(
          Code.INTERFACE, where, "is described as " + feature.shape() + ", expected rank 1 to 5");
    }
    if (feature.shape().stream().anyMatch(size -> size < 1)) {
      findings.defect(Code.INTERFACE, where, "is described as " + feature.shape());
    }
    int since =
        switch (feature.type()) {
          case FLOAT32, DOUBLE, INT32 -> SPECIFICATION_MIN;
          case FLOAT16 -> HALVES;
          case INT8 -> BYTES;
        };
    if (model.specificationVersion() < since) {
      findings.defect(Code.INTERFACE, where, feature.type() + " needs specification " + since);
    }
  }

  private static Optional<MilType> type(Feature feature) {
    return switch (feature.type()) {
      case FLOAT32 -> Optional.of(MilType.FLOAT32);
      case FLOAT16 -> Optional.of(MilType.FLOAT16);
      case INT32 -> Optional.of(MilType.INT32);
      case INT8 -> Optional.of(MilType.INT8);
      case DOUBLE -> Optional.empty();
    };
  }

  private void compareInputs(String name, Signature signature, MilFunction function) {
    var described = new TreeMap<String, Feature>();
    var kinds = new TreeMap<String, MilPort.Kind>();
    for (var input : signature.inputs()) {
      described.put(input.name(), input);
      kinds.put(input.name(), MilPort.Kind.TENSOR);
    }
    for (var state : signature.states()) {
      described.put(state.name(), state);
      kinds.put(state.name(), MilPort.Kind.STATE);
      if (state.type() != Feature.Type.FLOAT16) {
        findings.defect(Code.STATE, name, "the state \"" + state.name() + "\" is " + state.type());
      }
    }
    for (var port : function.inputs()) {
      var feature = described.remove(port.name());
      if (feature == null) {
        findings.defect(
            port.kind() == MilPort.Kind.STATE ? Code.STATE : Code.INTERFACE,
            name,
            "the input \"" + port.name() + "\" is not described");
      } else if (kinds.get(port.name()) != port.kind()) {
        findings.defect(Code.STATE, name, "\"" + port.name() + "\" is a state on one side only");
      } else {
        compare(name, feature, port.type(), port.shape());
      }
    }
    described
        .keySet()
        .forEach(left ->
            findings.defect(Code.INTERFACE, name, "\"" + left + "\" is described and no input"));
  }

  private void compareOutputs(String name, Signature signature, MilFunction function) {
    var described = signature.outputs().stream().map(Feature::name).toList();
    if (!described.equals(function.outputs())) {
      findings.defect(
          Code.INTERFACE,
          name,
          "outputs are " + function.outputs() + ", described are " + described);
      return;
    }
    for (var feature : signature.outputs()) {
      made(function, feature.name())
          .ifPresent(port -> compare(name, feature, port.type(), port.shape()));
    }
  }

  private static Optional<MilPort> made(MilFunction function, String name) {
    return function.operations().stream()
        .flatMap(operation -> operation.outputs().stream())
        .filter(port -> port.name().equals(name))
        .findFirst();
  }

  private void compare(String name, Feature feature, MilType type, Shape shape) {
    var sizes = feature.shape();
    if (!type(feature).equals(Optional.of(type)) || !sizes.equals(toList(shape))) {
      findings.defect(
          Code.INTERFACE,
          name,
          "\""
              + feature.name()
              + "\" is described as "
              + feature.type()
              + " "
              + sizes
              + ", is "
              + type
              + " "
              + shape);
    }
  }

  private static List<Long> toList(Shape shape) {
    var list = new ArrayList<Long>();
    for (long size : shape.sizes()) {
      list.add(size);
    }
    return list;
  }
}
