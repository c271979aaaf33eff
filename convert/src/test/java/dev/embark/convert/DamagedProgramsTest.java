package dev.embark.convert;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.backend.coreml.CoreMlBackend;
import dev.embark.format.mlprogram.MilOperation;
import dev.embark.format.mlprogram.MilValue;
import dev.embark.format.mlprogram.MlModel;
import dev.embark.format.mlprogram.MlPackage;
import dev.embark.problem.Problem;
import dev.embark.target.coreml.MilOpset;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.testing.Fixture;
import dev.embark.testing.Surgery;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Packages whose programs are sound but compute something else are caught by what they answer; and
/// no damaged byte makes the reader or the evaluator fall over.
final class DamagedProgramsTest {
  private static final int LENGTH = 32;
  private static final float LIMIT = 1e-5f;

  @TempDir static Path shared;
  private static Path original = Path.of("");

  @TempDir Path folder;

  @BeforeAll
  static void convert() {
    var recipe =
        Recipe.coreMl(Precision.FP32, Target.CoreMl.of("bert", MilOpset.COREML7), List.of(LENGTH));
    var bundle =
        Trial.of(Fixture.of("bert-mean").folder())
            .with(recipe)
            .with(Conversion.Trust.UNVERIFIED)
            .convert(shared.resolve("bundle"), shared.resolve("cache"))
            .folder();
    original = bundle.resolve("coreml/bert" + MlPackage.EXTENSION);
  }

  private Path copy() {
    var copy = folder.resolve("copy" + MlPackage.EXTENSION);
    Surgery.copy(original, copy);
    return copy;
  }

  /// Returns how far the vectors of a package are from the original's, at most.
  private static float distance(Path file) {
    var answers = Fixture.of("bert-mean").answers();
    float largest = 0;
    try (var program = new CoreMlBackend().open(file);
        var arena = Arena.ofConfined()) {
      var outputs = new TreeMap<String, Tensor>();
      for (var port : program.outputs()) {
        outputs.put(port.name(), tensor(port.type(), port.shape(), arena));
      }
      for (int i = 0; i < answers.ids().length; i++) {
        if (answers.ids()[i].length > LENGTH) {
          continue;
        }
        program.run(inputs(answers.ids()[i], arena), outputs);
        var vector = requireNonNull(outputs.firstEntry()).getValue().bytes();
        for (int j = 0; j < answers.embeddings()[i].length; j++) {
          float value = vector.getAtIndex(ValueLayout.JAVA_FLOAT, j);
          float off = Math.abs(value - answers.embeddings()[i][j]);
          largest = Float.isNaN(off) ? Float.POSITIVE_INFINITY : Math.max(largest, off);
        }
      }
    }
    return largest;
  }

  private static Map<String, Tensor> inputs(long[] ids, Arena arena) {
    var inputs = new TreeMap<String, Tensor>();
    for (var name : List.of("input_ids", "attention_mask")) {
      var tensor = tensor(ElementType.I64, Shape.of(1, LENGTH), arena);
      for (int i = 0; i < ids.length; i++) {
        tensor.bytes().setAtIndex(ValueLayout.JAVA_LONG, i, name.equals("input_ids") ? ids[i] : 1);
      }
      inputs.put(name, tensor);
    }
    return inputs;
  }

  private static Tensor tensor(ElementType type, Shape shape, Arena arena) {
    return new Tensor(type, shape, arena.allocate(type.bytes(shape.elementCount()), Long.BYTES));
  }

  /// A program that means something else.
  private record WrongProgram(String name, UnaryOperator<MlModel> edit) {}

  private static List<WrongProgram> wrongPrograms() {
    return List.of(
        new WrongProgram(
            "scores transposed",
            model ->
                Surgery.inputs(
                    model,
                    "matmul",
                    inputs -> {
                      var swapped = new TreeMap<>(inputs);
                      swapped.put("x", requireNonNull(inputs.get("y")));
                      swapped.put("y", requireNonNull(inputs.get("x")));
                      return swapped;
                    })),
        new WrongProgram(
            "gelu by tanh",
            model -> Surgery.given(model, "gelu", "mode", Surgery.text("TANH_APPROXIMATION"))),
        new WrongProgram(
            "queries scaled",
            model ->
                constants(
                    model,
                    value ->
                        value
                                .content()
                                .equals(new MilValue.Reals(List.of((float) (1 / Math.sqrt(8)))))
                            ? Surgery.real(0.36f)
                            : value)),
        new WrongProgram(
            "mask too weak",
            model ->
                constants(
                    model,
                    value ->
                        value.content().equals(new MilValue.Reals(List.of(1e4f)))
                            ? Surgery.real(-1)
                            : value)),
        new WrongProgram(
            "norm adds more",
            model -> Surgery.given(model, "layer_norm", "epsilon", Surgery.real(1e-3f))),
        new WrongProgram(
            "weights swapped",
            model -> {
              var places = places(model, Shape.of(32, 32));
              return constants(
                  model,
                  value ->
                      value.content().equals(places.get(0)) ? moved(value, places.get(1)) : value);
            }),
        new WrongProgram(
            "positions missing",
            model -> {
              var places = places(model, Shape.of(1, LENGTH, 32));
              return constants(
                  model,
                  value ->
                      places.contains(value.content())
                          ? new MilValue(
                              value.type(),
                              value.shape(),
                              new MilValue.Reals(Collections.nCopies(LENGTH * 32, 0f)))
                          : value);
            }),
        new WrongProgram("maximum for sum", model -> renamed(model, "reduce_sum", "reduce_max")),
        new WrongProgram("not normalised", model -> renamed(model, "reduce_l2_norm", "reduce_sum")),
        new WrongProgram("residual missing", model -> lastAdd(model)));
  }

  private static MilValue moved(MilValue value, MilValue.Content content) {
    return new MilValue(value.type(), value.shape(), content);
  }

  /// Returns where the constants of a shape lie.
  private static List<MilValue.Content> places(MlModel model, Shape shape) {
    return model.functions().values().stream()
        .flatMap(function -> function.operations().stream())
        .filter(operation -> operation.type().equals("const"))
        .map(operation -> requireNonNull(operation.attributes().get("val")))
        .filter(value -> value.shape().equals(shape))
        .map(MilValue::content)
        .toList();
  }

  private static MlModel constants(MlModel model, UnaryOperator<MilValue> edit) {
    return Surgery.bodies(
        model,
        function -> {
          var operations = new ArrayList<MilOperation>();
          for (var operation : function.operations()) {
            var attributes = new TreeMap<>(operation.attributes());
            attributes.computeIfPresent("val", (_, value) -> edit.apply(value));
            operations.add(
                new MilOperation(
                    operation.type(), operation.inputs(), operation.outputs(), attributes));
          }
          return Surgery.with(function, operations);
        });
  }

  private static MlModel renamed(MlModel model, String type, String other) {
    return Surgery.first(
        model,
        type,
        old -> List.of(new MilOperation(other, old.inputs(), old.outputs(), old.attributes())));
  }

  /// The second addition is the first one around a layer.
  private static MlModel lastAdd(MlModel model) {
    var adds =
        model.functions().values().iterator().next().operations().stream()
            .filter(operation -> operation.type().equals("add"))
            .toList();
    var inputs = adds.getLast().inputs();
    return Surgery.bodies(
        model,
        function ->
            Surgery.with(
                function,
                function.operations().stream()
                    .map(operation ->
                        operation.equals(adds.getLast())
                            ? new MilOperation(
                                "add",
                                Map.of(
                                    "x",
                                    requireNonNull(inputs.get("x")),
                                    "y",
                                    requireNonNull(inputs.get("x"))),
                                operation.outputs(),
                                operation.attributes())
                            : operation)
                    .toList()));
  }

  @Test
  void theOriginalIsRight() {
    assertThat(distance(original)).isLessThan(LIMIT);
  }

  @TestFactory
  Stream<DynamicTest> everyMistakeIsSeenInTheVectors() {
    return wrongPrograms().stream()
        .map(wrong ->
            DynamicTest.dynamicTest(
                wrong.name(),
                () -> {
                  var copy = folder.resolve(wrong.name() + MlPackage.EXTENSION);
                  Surgery.copy(original, copy);
                  Surgery.edit(copy, wrong.edit());
                  assertThat(distance(copy)).isGreaterThan(LIMIT);
                }));
  }

  @Test
  void aTransposedMatrixIsSeenInTheVectors() throws IOException {
    var copy = copy();
    var place = places(model(copy), Shape.of(32, 32)).getFirst();
    if (!(place instanceof MilValue.Blob blob)) {
      throw new AssertionError("a matrix lies in the message");
    }
    var file = copy.resolve(Surgery.WEIGHTS);
    var bytes = Files.readAllBytes(file);
    var floats =
        ByteBuffer.wrap(bytes, (int) blob.offset() + 64, 4096)
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    for (int row = 0; row < 32; row++) {
      for (int column = 0; column < row; column++) {
        float kept = floats.get(32 * row + column);
        floats.put(32 * row + column, floats.get(32 * column + row));
        floats.put(32 * column + row, kept);
      }
    }
    Files.write(file, bytes);
    assertThat(distance(copy)).isGreaterThan(LIMIT);
  }

  private static MlModel model(Path file) {
    try (var arena = Arena.ofConfined()) {
      return MlPackage.open(file, arena).model();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Manifest.json", "model.mlmodel", "weight.bin"})
  void noFlippedBitMakesItFallOver(String name) throws IOException {
    var copy = copy();
    var file =
        switch (name) {
          case "model.mlmodel" -> copy.resolve(Surgery.MODEL);
          case "weight.bin" -> copy.resolve(Surgery.WEIGHTS);
          default -> copy.resolve(name);
        };
    var bytes = Files.readAllBytes(file);
    var random = new Random(7);
    int refused = 0;
    for (int i = 0; i < 1000; i++) {
      int at = random.nextInt(bytes.length);
      byte kept = bytes[at];
      bytes[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      Files.write(file, bytes);
      bytes[at] = kept;
      try {
        distance(copy);
      } catch (Problem e) {
        assertThat(e.what()).isNotEmpty();
        refused++;
      }
    }
    if (!name.equals("weight.bin")) {
      assertThat(refused).isPositive();
    }
  }
}
