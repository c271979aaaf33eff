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
/// whose mask is 1, normalized. The other outputs are products of these with a column or a few
/// ([#column]).
///
/// @param vocabSize number of token ids; the last one has a vector of NaN
public record TinyModel(int vocabSize) {
  public static final int HIDDEN = 4;
  public static final int LABELS = 3;
  public static final int ENTRIES = 9;

  private static final int TYPES = 2;
  private static final Shape SCALAR = new Shape(List.of());

  /// Returns the value of dimension `j` of the vector of a token.
  public float value(long id, long type, int j) {
    return id == vocabSize - 1 ? Float.NaN : word(id, j) + typeRow(type, j);
  }

  /// Returns value `j` of column `k` of the matrix that makes weights, entries or scores of a
  /// vector.
  public static float column(int j, int k) {
    return ((j * 7 + k * 5) % 11 - 5) / 4f;
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
                    new OnnxValue("sentence_embedding", ElementType.F32, Shape.of(batch, hidden)),
                    new OnnxValue(
                        "token_embeddings", ElementType.F32, Shape.of(batch, sequence, hidden)),
                    new OnnxValue(
                        "token_weights",
                        ElementType.F32,
                        Shape.of(batch, sequence, new Dim.Fixed(1))),
                    new OnnxValue(
                        "sparse_embedding",
                        ElementType.F32,
                        Shape.of(batch, new Dim.Fixed(ENTRIES))),
                    new OnnxValue(
                        "logits", ElementType.F32, Shape.of(batch, new Dim.Fixed(LABELS)))),
                nodes(),
                List.of(
                    initializer("words", table(vocabSize)),
                    initializer("types", types()),
                    initializer("one", longs(SCALAR, 1)),
                    initializer("axis1", longs(Shape.of(1), 1)),
                    initializer("axis2", longs(Shape.of(1), 2)),
                    initializer("column", columns(1)),
                    initializer("entries", columns(ENTRIES)),
                    initializer("labels", columns(LABELS)),
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
        normalization("sentence_embedding", "mean"),
        normalization("token_embeddings", "last_hidden_state"),
        node("MatMul", "weight", "last_hidden_state", "column"),
        node("Relu", "token_weights", "weight"),
        node("MatMul", "entry", "last_hidden_state", "entries"),
        node("Relu", "positive", "entry"),
        node("Mul", "attended", "positive", "columns"),
        new OnnxNode(
            "ReduceMax",
            "",
            "",
            List.of("attended"),
            List.of("sparse_embedding"),
            List.of(
                new OnnxAttribute.Ints("axes", List.of(1L)), new OnnxAttribute.Int("keepdims", 0))),
        node("MatMul", "logits", "mean", "labels"));
  }

  private static OnnxNode normalization(String output, String input) {
    return new OnnxNode(
        "LpNormalization",
        "",
        "",
        List.of(input),
        List.of(output),
        List.of(new OnnxAttribute.Int("axis", -1), new OnnxAttribute.Int("p", 2)));
  }

  private static Tensor columns(int count) {
    var values = new float[HIDDEN * count];
    for (int j = 0; j < HIDDEN; j++) {
      for (int k = 0; k < count; k++) {
        values[j * count + k] = column(j, k);
      }
    }
    return Tensor.of(Shape.of(HIDDEN, count), values);
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
