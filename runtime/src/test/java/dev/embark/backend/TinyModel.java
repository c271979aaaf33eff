package dev.embark.backend;

import dev.embark.format.onnx.OnnxAttribute;
import dev.embark.format.onnx.OnnxContent;
import dev.embark.format.onnx.OnnxFile;
import dev.embark.format.onnx.OnnxGraph;
import dev.embark.format.onnx.OnnxInitializer;
import dev.embark.format.onnx.OnnxModel;
import dev.embark.format.onnx.OnnxNode;
import dev.embark.format.onnx.OnnxValue;
import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The smallest model with the inputs and outputs of a real one: the vector of a token is the sum
/// of a row for its id and a row for its type; the vector of a text is the mean over the tokens
/// whose mask is 1, normalized.
///
/// @param vocabSize number of token ids; the last one has a vector of NaN
public record TinyModel(int vocabSize) {
  public static final int HIDDEN = 4;

  private static final int TYPES = 2;
  private static final Shape SCALAR = new Shape(List.of());

  /// Returns the value of dimension `j` of the vector of a token.
  public float value(long id, long type, int j) {
    return id == vocabSize - 1 ? Float.NaN : word(id, j) + typeRow(type, j);
  }

  private static float word(long id, int j) {
    return ((id * 31 + j * 17L + id * j) % 23 - 11) / 8f;
  }

  private static float typeRow(long type, int j) {
    return type * (j + 1) / 16f;
  }

  /// Writes the model as an ONNX file.
  public void write(Path file) {
    var batch = new Dim.Named("batch");
    var sequence = new Dim.Named("sequence");
    var hidden = new Dim.Fixed(HIDDEN);
    var tokens = Shape.of(batch, sequence);
    OnnxFile.write(
        new OnnxModel(
            8,
            new TreeMap<>(Map.of("", 17L)),
            "embark",
            "test",
            new TreeMap<>(),
            new OnnxGraph(
                "tiny",
                List.of(
                    new OnnxValue("input_ids", ElementType.I64, tokens),
                    new OnnxValue("attention_mask", ElementType.I64, tokens),
                    new OnnxValue("token_type_ids", ElementType.I64, tokens)),
                List.of(
                    new OnnxValue(
                        "last_hidden_state", ElementType.F32, Shape.of(batch, sequence, hidden)),
                    new OnnxValue("sentence_embedding", ElementType.F32, Shape.of(batch, hidden))),
                nodes(),
                List.of(
                    initializer("words", table(vocabSize)),
                    initializer("types", types()),
                    initializer("one", longs(SCALAR, 1)),
                    initializer("axis1", longs(Shape.of(1), 1)),
                    initializer("axis2", longs(Shape.of(1), 2)),
                    initializer("tiny", Tensor.of(SCALAR, 1e-9f))))),
        file);
  }

  private static List<OnnxNode> nodes() {
    return List.of(
        node("Gather", "word", "words", "input_ids"),
        node("Gather", "type", "types", "token_type_ids"),
        node("Add", "last_hidden_state", "word", "type"),
        node("Equal", "counted", "attention_mask", "one"),
        cast("weights", "counted"),
        node("Unsqueeze", "columns", "weights", "axis2"),
        node("Mul", "kept", "last_hidden_state", "columns"),
        sum("total", "kept"),
        sum("sum", "columns"),
        node("Max", "count", "sum", "tiny"),
        node("Div", "mean", "total", "count"),
        new OnnxNode(
            "LpNormalization",
            "",
            "",
            List.of("mean"),
            List.of("sentence_embedding"),
            List.of(new OnnxAttribute.Int("axis", -1), new OnnxAttribute.Int("p", 2))));
  }

  private static OnnxNode node(String type, String output, String... inputs) {
    return new OnnxNode(type, "", "", List.of(inputs), List.of(output), List.of());
  }

  private static OnnxNode cast(String output, String input) {
    var toFloat = new OnnxAttribute.Int("to", 1);
    return new OnnxNode("Cast", "", "", List.of(input), List.of(output), List.of(toFloat));
  }

  private static OnnxNode sum(String output, String input) {
    var dropped = new OnnxAttribute.Int("keepdims", 0);
    return new OnnxNode(
        "ReduceSum", "", "", List.of(input, "axis1"), List.of(output), List.of(dropped));
  }

  private static OnnxInitializer initializer(String name, Tensor tensor) {
    return new OnnxInitializer(name, new OnnxContent.Stored(tensor));
  }

  private Tensor table(int rows) {
    var values = new float[rows * HIDDEN];
    for (int id = 0; id < rows; id++) {
      for (int j = 0; j < HIDDEN; j++) {
        values[id * HIDDEN + j] = value(id, 0, j);
      }
    }
    return Tensor.of(Shape.of(rows, HIDDEN), values);
  }

  private static Tensor types() {
    var values = new float[TYPES * HIDDEN];
    for (int type = 0; type < TYPES; type++) {
      for (int j = 0; j < HIDDEN; j++) {
        values[type * HIDDEN + j] = typeRow(type, j);
      }
    }
    return Tensor.of(Shape.of(TYPES, HIDDEN), values);
  }

  private static Tensor longs(Shape shape, long... values) {
    return new Tensor(ElementType.I64, shape, MemorySegment.ofArray(values));
  }
}
