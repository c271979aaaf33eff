package dev.embark.graph;

import static java.util.Objects.requireNonNull;

import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/// Values and constants written down in tests, and single operations computed from them.
public final class Ops {
  private static final Dim BATCH = new Dim.Named("batch");
  private static final Dim SEQUENCE = new Dim.Named("sequence");

  private final Map<Value, Grid> feeds = new HashMap<>();

  /// Returns integers `[batch, sequence]`.
  public Value tokens(String name, long[]... rows) {
    var value = tokens(name);
    feeds.put(value, Grid.ofIntegers(rows));
    return value;
  }

  /// Returns token vectors `[batch, sequence, hidden]`.
  public Value hidden(String name, double[][]... texts) {
    int width = texts[0][0].length;
    var values = new double[texts.length * texts[0].length * width];
    int at = 0;
    for (var text : texts) {
      for (var token : text) {
        System.arraycopy(token, 0, values, at, width);
        at += width;
      }
    }
    var value = hidden(name, width);
    feeds.put(value, new Grid(new long[] {texts.length, texts[0].length, width}, values));
    return value;
  }

  /// Returns vectors `[batch, width]`.
  public Value vectors(String name, double[]... rows) {
    int width = rows[0].length;
    var values = new double[rows.length * width];
    for (int row = 0; row < rows.length; row++) {
      System.arraycopy(rows[row], 0, values, row * width, width);
    }
    var value = vectors(name, width);
    feeds.put(value, new Grid(new long[] {rows.length, width}, values));
    return value;
  }

  /// Returns a value for other operations to read: what the interpreter answers to `op`.
  public Value put(String name, Op op) {
    var yield = ShapeInference.infer(op);
    var value = new Value(name, yield.type(), yield.shape());
    feeds.put(value, answer(op));
    return value;
  }

  /// Returns what the interpreter answers to `op`, read from the values made before.
  public double[] compute(Op op) {
    return answer(op).values();
  }

  private Grid answer(Op op) {
    var yield = ShapeInference.infer(op);
    var result = new Value("result", yield.type(), yield.shape());
    var inputs = List.copyOf(new LinkedHashSet<>(op.inputs()));
    var graph = new Graph("test", inputs, List.of(new Node(op, result)), List.of(result));
    var named = new HashMap<String, Grid>();
    inputs.forEach(input -> named.put(input.name(), requireNonNull(feeds.get(input))));
    return new Interpreter(graph).run(named, "result");
  }

  /// Returns integers `[batch, sequence]` without numbers.
  public static Value tokens(String name) {
    return new Value(name, ElementType.I64, Shape.of(BATCH, SEQUENCE));
  }

  /// Returns token vectors `[batch, sequence, width]` without numbers.
  public static Value hidden(String name, long width) {
    return new Value(
        name, ElementType.F32, new Shape(List.of(BATCH, SEQUENCE, new Dim.Fixed(width))));
  }

  /// Returns vectors `[batch, width]` without numbers.
  public static Value vectors(String name, long width) {
    return new Value(name, ElementType.F32, Shape.of(BATCH, new Dim.Fixed(width)));
  }

  /// Returns a parameter `[values.length]`.
  public static Constant vector(String name, float... values) {
    return new Constant(name, new Weight.Stored(Tensor.of(Shape.of(values.length), values)));
  }

  /// Returns a parameter `[rows, rows[0].length]`.
  public static Constant matrix(String name, float[]... rows) {
    var values = new ArrayList<Float>();
    for (var row : rows) {
      for (float value : row) {
        values.add(value);
      }
    }
    var flat = new float[values.size()];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = values.get(i);
    }
    var shape = Shape.of(rows.length, rows[0].length);
    return new Constant(name, new Weight.Stored(Tensor.of(shape, flat)));
  }

  /// Returns a row of numbers, for tables that read like matrices.
  public static float[] row(double... values) {
    var row = new float[values.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) values[i];
    }
    return row;
  }

  /// Returns a node whose result is called `name`.
  public static Node node(String name, Op op) {
    var yield = ShapeInference.infer(op);
    return new Node(op, new Value(name, yield.type(), yield.shape()));
  }

  static final ScoreBias NO_BIAS = new ScoreBias.None();

  /// Returns heads that see everything.
  static Heads heads(int count, double scale) {
    return new Heads(count, count, scale, new Sight.All());
  }
}
