package dev.embark.target.coreml;

import dev.embark.format.mlprogram.Feature;
import dev.embark.format.mlprogram.MilFunction;
import dev.embark.format.mlprogram.MilPort;
import dev.embark.format.mlprogram.MilType;
import dev.embark.format.mlprogram.MilValue;
import dev.embark.format.mlprogram.MlModel;
import dev.embark.format.mlprogram.Signature;
import dev.embark.target.coreml.Damage.Base;
import dev.embark.tensor.Shape;
import dev.embark.testing.Surgery;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// Damages to what an app sees of a package: versions, functions, inputs and outputs.
final class InterfaceDamages {
  private InterfaceDamages() {}

  static List<Damage> all() {
    var all = new ArrayList<Damage>();
    all.addAll(versions());
    all.addAll(features());
    all.addAll(functions());
    all.addAll(states());
    return all;
  }

  private static Damage opset(String name, String opset, String message) {
    return Damage.model(
        name,
        Base.FP32,
        model ->
            Surgery.bodies(
                model,
                function ->
                    new MilFunction(
                        function.inputs(), opset, function.outputs(), function.operations())),
        message);
  }

  private static MlModel version(MlModel model, int version) {
    return new MlModel(version, model.description(), model.functions());
  }

  private static List<Damage> versions() {
    return List.of(
        opset("newer operations", "CoreML8", "its operations are of CoreML8"),
        opset("older operations", "CoreML6", "its operations are of CoreML6"),
        opset("operations of nobody", "ios17", "its operations are of ios17"),
        Damage.model(
            "version before programs",
            Base.FP32,
            model -> version(model, 5),
            "its specification is 5, programs have 6 to 10"),
        Damage.model(
            "version of another system",
            Base.FP32,
            model -> version(model, 9),
            "specification 9 has CoreML8"));
  }

  /// Changes the first input and the first output as they are described.
  private static MlModel features(
      MlModel model, UnaryOperator<List<Feature>> inputs, UnaryOperator<List<Feature>> outputs) {
    return Surgery.described(
        model,
        old -> {
          var main = old.main();
          var changed =
              new Signature(
                  inputs.apply(main.inputs()), outputs.apply(main.outputs()), main.states());
          return new MlModel.Description(
              changed, old.functions(), old.defaultFunction(), old.metadata());
        });
  }

  private static Damage input(String name, UnaryOperator<Feature> edit, String message) {
    return Damage.model(
        name,
        Base.FP32,
        model -> features(model, list -> first(list, edit), UnaryOperator.identity()),
        message);
  }

  private static Damage output(String name, UnaryOperator<Feature> edit, String message) {
    return Damage.model(
        name,
        Base.FP32,
        model -> features(model, UnaryOperator.identity(), list -> first(list, edit)),
        message);
  }

  private static List<Feature> first(List<Feature> list, UnaryOperator<Feature> edit) {
    var changed = new ArrayList<>(list);
    changed.set(0, edit.apply(list.getFirst()));
    return changed;
  }

  private static Feature of(Feature old, Feature.Type type) {
    return new Feature(old.name(), old.note(), type, old.shape());
  }

  private static Feature of(Feature old, List<Long> shape) {
    return new Feature(old.name(), old.note(), old.type(), shape);
  }

  private static Feature of(Feature old, String name) {
    return new Feature(name, old.note(), old.type(), old.shape());
  }

  private static List<Damage> features() {
    return List.of(
        input("shape of an input", old -> of(old, List.of(1L, 9L)), "is described as INT32 [1, 9]"),
        input("input without a shape", old -> of(old, List.of()), "expected rank 1 to 5"),
        input("input of nothing", old -> of(old, List.of(1L, 0L)), "is described as [1, 0]"),
        input("type of an input", old -> of(old, Feature.Type.FLOAT32), "described as FLOAT32"),
        input("type of 64 bits", old -> of(old, Feature.Type.DOUBLE), "described as DOUBLE"),
        input("byte at the border", old -> of(old, Feature.Type.INT8), "needs specification 10"),
        input("name of an input", old -> of(old, "ids"), "\"input_ids\" is not described"),
        input(
            "input with a dot in its name",
            old -> of(old, "input.ids"),
            "\"input.ids\" is no name"),
        input("input described twice", old -> of(old, "attention_mask"), "described twice"),
        output(
            "shape of an output", old -> of(old, List.of(1L, 9L)), "described as FLOAT32 [1, 9]"),
        output("type of an output", old -> of(old, Feature.Type.FLOAT16), "described as FLOAT16"),
        output("name of an output", old -> of(old, "vector"), "described are [vector]"),
        Damage.model(
            "no outputs",
            Base.FP32,
            model -> features(model, UnaryOperator.identity(), list -> List.of()),
            "it takes nothing, or gives nothing"),
        Damage.model(
            "input that is described only",
            Base.FP32,
            model ->
                features(
                    model,
                    list -> {
                      var longer = new ArrayList<>(list);
                      longer.add(of(list.getFirst(), "more"));
                      return longer;
                    },
                    UnaryOperator.identity()),
            "\"more\" is described and no input"),
        Damage.model(
            "input that is not read",
            Base.FP32,
            model -> Surgery.reading(model, "not_equal", "x", "input_ids"),
            "the input \"attention_mask\" is not read"),
        Damage.model(
            "input that leaves as it came",
            Base.FP32,
            model -> ProgramDamages.leaving(model, List.of("input_ids")),
            "\"input_ids\" leaves it without being computed"));
  }

  private static MlModel functions(MlModel model, Map<String, MilFunction> functions) {
    return new MlModel(model.specificationVersion(), model.description(), functions);
  }

  private static List<Damage> functions() {
    return List.of(
        Damage.model(
            "name of the only function",
            Base.FP32,
            model ->
                functions(model, Map.of("start", model.functions().values().iterator().next())),
            "none of them described"),
        Damage.model(
            "no function",
            Base.FP32,
            model -> functions(model, Map.of()),
            "none of them described"),
        Damage.model(
            "default that is no function",
            Base.TWO_PROGRAMS,
            model ->
                Surgery.described(
                    model,
                    old ->
                        new MlModel.Description(
                            old.main(), old.functions(), "other", old.metadata())),
            "the default function \"other\" is not described"),
        Damage.model(
            "description beside the functions'",
            Base.TWO_PROGRAMS,
            model ->
                Surgery.described(
                    model,
                    old ->
                        new MlModel.Description(
                            old.functions().getFirst().signature(),
                            old.functions(),
                            old.defaultFunction(),
                            old.metadata())),
            "inputs and outputs stand beside the functions'"),
        Damage.model(
            "several functions on an old system",
            Base.TWO_PROGRAMS,
            model -> version(model, 8),
            "several functions need specification 9"),
        Damage.model(
            "function that is not described",
            Base.TWO_PROGRAMS,
            model ->
                Surgery.described(
                    model,
                    old ->
                        new MlModel.Description(
                            old.main(),
                            old.functions().subList(0, 1),
                            old.defaultFunction(),
                            old.metadata())),
            "described are [tokens_"),
        Damage.model(
            "weights that only a lost function used",
            Base.FP32,
            model ->
                Surgery.given(
                    model,
                    "linear",
                    "bias",
                    new MilValue(
                        MilType.FLOAT32,
                        Shape.of(32),
                        new MilValue.Reals(Collections.nCopies(32, 0f)))),
            "nobody reads it"));
  }

  private static MlModel states(MlModel model, UnaryOperator<Signature> edit) {
    return Surgery.described(
        model,
        old ->
            new MlModel.Description(
                edit.apply(old.main()), old.functions(), old.defaultFunction(), old.metadata()));
  }

  private static List<Damage> states() {
    return List.of(
        Damage.model(
            "state that is not described",
            Base.STATE,
            model -> states(model, old -> new Signature(old.inputs(), old.outputs(), List.of())),
            "the input \"total\" is not described"),
        Damage.model(
            "state that is an input",
            Base.STATE,
            model ->
                states(
                    model,
                    old -> {
                      var inputs = new ArrayList<>(old.inputs());
                      inputs.addAll(old.states());
                      return new Signature(inputs, old.outputs(), List.of());
                    }),
            "\"total\" is a state on one side only"),
        Damage.model(
            "state of 32 bits",
            Base.STATE,
            model ->
                states(
                    model,
                    old ->
                        new Signature(
                            old.inputs(),
                            old.outputs(),
                            first(old.states(), one -> of(one, Feature.Type.FLOAT32)))),
            "the state \"total\" is FLOAT32"),
        Damage.model(
            "state on an old system",
            Base.STATE,
            model -> version(model, 8),
            "states need specification 9"),
        Damage.model(
            "state that is read as a tensor",
            Base.STATE,
            model -> Surgery.reading(model, "add", "x", "total"),
            "x is a state"),
        Damage.model(
            "tensor that is read as a state",
            Base.STATE,
            model -> Surgery.reading(model, "read_state", "input", "x"),
            "input is no state"),
        Damage.model(
            "state that is written with another shape",
            Base.STATE,
            model ->
                Surgery.bodies(
                    model,
                    function ->
                        new MilFunction(
                            function.inputs().stream()
                                .map(port ->
                                    port.kind() == MilPort.Kind.STATE
                                        ? new MilPort(
                                            port.name(), port.type(), Shape.of(1, 1), port.kind())
                                        : port)
                                .toList(),
                            function.opset(),
                            function.outputs(),
                            function.operations())),
            "does not fit into a state of [1, 1]"));
  }
}
