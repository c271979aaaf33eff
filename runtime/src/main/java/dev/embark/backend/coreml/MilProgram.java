package dev.embark.backend.coreml;

import dev.embark.format.mlprogram.MilFunction;
import dev.embark.format.mlprogram.MilOperation;
import dev.embark.format.mlprogram.MilOperation.Binding;
import dev.embark.format.mlprogram.MilValue;
import dev.embark.format.mlprogram.MlPackage;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A function of a package, ready to run: its operations in order, and when each value is needed
/// for the last time.
final class MilProgram {
  private final MilConstants constants;
  private final Map<String, MilMatrix> matrices = new HashMap<>();
  private final Map<String, String> words = new HashMap<>();
  private final List<Step> steps = new ArrayList<>();

  /// An operation, and the values that nobody reads after it.
  private record Step(MilOperation operation, Set<String> done) {}

  MilProgram(MlPackage opened, MilFunction function) {
    this.constants = new MilConstants(opened);
    var later = new HashSet<>(function.outputs());
    for (var operation : function.operations().reversed()) {
      switch (operation.type()) {
        case "const" -> constant(operation);
        case "constexpr_affine_dequantize" ->
            matrices.put(output(operation), MilMatrix.Bytes.of(operation));
        default -> {
          if (!MilSteps.knows(operation.type())) {
            throw unknown("the operation " + operation.type());
          }
          var done = new HashSet<String>();
          for (var name : names(operation)) {
            if (later.add(name)) {
              done.add(name);
            }
          }
          steps.addFirst(new Step(operation, done));
        }
      }
    }
  }

  static Problem unknown(String what) {
    return new Problem(
        Category.UNSUPPORTED,
        "Embark does not compute " + what + " of Core ML programs.",
        "It computes what it writes itself.",
        "Run the package on a Mac.");
  }

  private void constant(MilOperation operation) {
    var value = operation.attributes().get("val");
    if (value == null) {
      throw unknown("constants without a value");
    }
    switch (value.content()) {
      case MilValue.Texts(var texts) -> words.put(output(operation), texts.getFirst());
      case MilValue.Reals _,
          MilValue.Integers _,
          MilValue.Truths _,
          MilValue.Raw _,
          MilValue.Blob _ ->
          matrices.put(output(operation), new MilMatrix.Plain(value));
    }
  }

  private static String output(MilOperation operation) {
    if (operation.outputs().size() != 1) {
      throw unknown("operations with " + operation.outputs().size() + " outputs");
    }
    return operation.outputs().getFirst().name();
  }

  private static List<String> names(MilOperation operation) {
    var names = new ArrayList<String>();
    for (var bindings : operation.inputs().values()) {
      for (var binding : bindings) {
        switch (binding) {
          case Binding.Name(var name) -> names.add(name);
          case Binding.Inline _ -> throw unknown("constants in the place of an input");
        }
      }
    }
    return names;
  }

  /// Computes all values that leave the function, given all inputs, by name.
  Map<String, MilTensor> run(Map<String, MilTensor> inputs) {
    var values = new HashMap<>(inputs);
    for (var step : steps) {
      var given = new Given(step.operation(), values);
      values.put(output(step.operation()), new MilSteps(given).compute());
      values.keySet().removeAll(step.done());
    }
    return values;
  }

  /// What an operation is given, by parameter.
  final class Given {
    private final MilOperation operation;
    private final Map<String, MilTensor> values;

    private Given(MilOperation operation, Map<String, MilTensor> values) {
      this.operation = operation;
      this.values = values;
    }

    MilOperation operation() {
      return operation;
    }

    MilTensor tensor(String parameter) {
      return tensor(parameter, 0);
    }

    int count(String parameter) {
      return bindings(parameter).size();
    }

    MilTensor tensor(String parameter, int number) {
      var name = name(parameter, number);
      var value = values.get(name);
      return value == null ? matrix(parameter, number).all(constants) : value;
    }

    /// Returns the rows of a matrix, constant or not, that a gather asks for.
    MilTensor rows(String parameter, long first, int count) {
      return matrix(parameter, 0).rows(constants, first, count);
    }

    /// Returns a constant without reading it.
    MilMatrix matrix(String parameter) {
      return matrix(parameter, 0);
    }

    private MilMatrix matrix(String parameter, int number) {
      var matrix = matrices.get(name(parameter, number));
      if (matrix == null) {
        throw unknown(operation.type() + " whose " + parameter + " is no constant");
      }
      return matrix;
    }

    int integer(String parameter) {
      return tensor(parameter).integer();
    }

    boolean truth(String parameter) {
      return tensor(parameter).integer() != 0;
    }

    String word(String parameter) {
      var word = words.get(name(parameter, 0));
      if (word == null) {
        throw unknown(operation.type() + " whose " + parameter + " is no text");
      }
      return word;
    }

    private String name(String parameter, int number) {
      return bindings(parameter).get(number) instanceof Binding.Name(var name) ? name : "";
    }

    private List<Binding> bindings(String parameter) {
      var bindings = operation.inputs().get(parameter);
      if (bindings == null) {
        throw unknown(operation.type() + " without " + parameter);
      }
      return bindings;
    }
  }
}
