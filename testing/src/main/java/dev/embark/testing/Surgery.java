package dev.embark.testing;

import dev.embark.format.mlprogram.MilFunction;
import dev.embark.format.mlprogram.MilOperation;
import dev.embark.format.mlprogram.MilOperation.Binding;
import dev.embark.format.mlprogram.MilPort;
import dev.embark.format.mlprogram.MilType;
import dev.embark.format.mlprogram.MilValue;
import dev.embark.format.mlprogram.MlModel;
import dev.embark.format.mlprogram.MlModelFile;
import dev.embark.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Small cuts into Core ML packages, for tests of what finds them.
public final class Surgery {
  /// Where the model lies in a package.
  public static final Path MODEL = Path.of("Data", "com.apple.CoreML", "model.mlmodel");

  /// Where its weights lie.
  public static final Path WEIGHTS = Path.of("Data", "com.apple.CoreML", "weights", "weight.bin");

  private Surgery() {}

  /// Copies a package to `target`, which must not exist.
  public static void copy(Path source, Path target) {
    try (var files = Files.walk(source)) {
      for (var file : files.toList()) {
        Files.copy(file, target.resolve(source.relativize(file).toString()));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// Writes the model of a package anew.
  public static void edit(Path folder, UnaryOperator<MlModel> edit) {
    var file = folder.resolve(MODEL);
    var model = MlModelFile.read(file);
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    MlModelFile.write(edit.apply(model), file);
  }

  /// Returns the model with another description.
  public static MlModel described(MlModel model, UnaryOperator<MlModel.Description> edit) {
    return new MlModel(
        model.specificationVersion(), edit.apply(model.description()), model.functions());
  }

  /// Returns the model with another body of each function.
  public static MlModel bodies(MlModel model, UnaryOperator<MilFunction> edit) {
    var functions = new TreeMap<String, MilFunction>();
    model.functions().forEach((name, function) -> functions.put(name, edit.apply(function)));
    return new MlModel(model.specificationVersion(), model.description(), functions);
  }

  /// Returns the function with other operations.
  public static MilFunction with(MilFunction function, List<MilOperation> operations) {
    return new MilFunction(function.inputs(), function.opset(), function.outputs(), operations);
  }

  /// Returns the model with other operations in place of the first one of a type.
  public static MlModel first(
      MlModel model, String type, Function<MilOperation, List<MilOperation>> edit) {
    return bodies(
        model,
        function -> {
          var operations = new ArrayList<>(function.operations());
          for (int i = 0; i < operations.size(); i++) {
            if (operations.get(i).type().equals(type)) {
              var changed = edit.apply(operations.remove(i));
              operations.addAll(i, changed);
              return with(function, operations);
            }
          }
          throw new AssertionError("there is no " + type);
        });
  }

  /// Returns the model whose first operation of a type has other inputs.
  public static MlModel inputs(
      MlModel model, String type, UnaryOperator<Map<String, List<Binding>>> edit) {
    return first(
        model,
        type,
        operation ->
            List.of(
                new MilOperation(
                    type,
                    edit.apply(new TreeMap<>(operation.inputs())),
                    operation.outputs(),
                    operation.attributes())));
  }

  /// Returns the model whose first operation of a type lacks a parameter.
  public static MlModel without(MlModel model, String type, String parameter) {
    return inputs(
        model,
        type,
        inputs -> {
          inputs.remove(parameter);
          return inputs;
        });
  }

  /// Returns the model whose first operation of a type reads another value.
  public static MlModel reading(MlModel model, String type, String parameter, String name) {
    return inputs(
        model,
        type,
        inputs -> {
          inputs.put(parameter, List.of(new Binding.Name(name)));
          return inputs;
        });
  }

  /// Returns the model whose first operation of a type is given a constant of its own.
  public static MlModel given(MlModel model, String type, String parameter, MilValue value) {
    var constant = constant("given_" + parameter, value);
    return first(
        reading(model, type, parameter, "given_" + parameter),
        type,
        operation -> List.of(constant, operation));
  }

  /// Returns the model whose first operation of a type is declared to make something else.
  public static MlModel making(MlModel model, String type, UnaryOperator<MilPort> edit) {
    return first(
        model,
        type,
        operation ->
            List.of(
                new MilOperation(
                    type,
                    operation.inputs(),
                    operation.outputs().stream().map(edit).toList(),
                    operation.attributes())));
  }

  /// Returns the model with another attribute of the first operation of a type.
  public static MlModel attribute(MlModel model, String type, String name, MilValue value) {
    return first(
        model,
        type,
        operation -> {
          var attributes = new TreeMap<>(operation.attributes());
          attributes.put(name, value);
          return List.of(
              new MilOperation(type, operation.inputs(), operation.outputs(), attributes));
        });
  }

  /// Returns a constant as an operation.
  public static MilOperation constant(String name, MilValue value) {
    return new MilOperation(
        "const",
        Map.of(),
        List.of(MilPort.tensor(name, value.type(), value.shape())),
        Map.of("name", text(name), "val", value));
  }

  /// Returns a scalar.
  public static MilValue text(String text) {
    return new MilValue(MilType.STRING, scalar(), new MilValue.Texts(List.of(text)));
  }

  /// Returns a scalar.
  public static MilValue truth(List<Boolean> one) {
    return new MilValue(MilType.BOOL, scalar(), new MilValue.Truths(one));
  }

  /// Returns a scalar.
  public static MilValue real(float value) {
    return new MilValue(MilType.FLOAT32, scalar(), new MilValue.Reals(List.of(value)));
  }

  /// Returns a scalar.
  public static MilValue integer(long value) {
    return new MilValue(MilType.INT32, scalar(), new MilValue.Integers(List.of(value)));
  }

  /// Returns a vector.
  public static MilValue integers(Long... values) {
    return new MilValue(
        MilType.INT32, Shape.of(values.length), new MilValue.Integers(List.of(values)));
  }

  /// Returns a scalar of 16 bits.
  public static MilValue half(float value) {
    short bits = Float.floatToFloat16(value);
    return new MilValue(
        MilType.FLOAT16,
        scalar(),
        new MilValue.Raw(List.of((byte) bits, (byte) (bits >> Byte.SIZE))));
  }

  private static Shape scalar() {
    return Shape.of(new long[0]);
  }
}
