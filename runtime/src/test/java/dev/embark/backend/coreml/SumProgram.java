package dev.embark.backend.coreml;

import dev.embark.format.mlprogram.Feature;
import dev.embark.format.mlprogram.Metadata;
import dev.embark.format.mlprogram.MilFunction;
import dev.embark.format.mlprogram.MilOperation;
import dev.embark.format.mlprogram.MilOperation.Binding;
import dev.embark.format.mlprogram.MilPort;
import dev.embark.format.mlprogram.MilType;
import dev.embark.format.mlprogram.MilValue;
import dev.embark.format.mlprogram.MlModel;
import dev.embark.format.mlprogram.Signature;
import dev.embark.tensor.Shape;
import dev.embark.testing.Surgery;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A program that adds up the rows of its tokens.
final class SumProgram {
  static final int ROWS = 5;
  static final int WIDTH = 3;
  static final int LENGTH = 4;

  private SumProgram() {}

  private static float value(long row, int column) {
    return 10 * row + column;
  }

  private static MilOperation operation(
      String type, String name, Shape shape, Map<String, String> inputs) {
    var bindings = new TreeMap<String, List<Binding>>();
    inputs.forEach((parameter, input) -> bindings.put(parameter, List.of(new Binding.Name(input))));
    return new MilOperation(
        type,
        bindings,
        List.of(MilPort.tensor(name, MilType.FLOAT32, shape)),
        Map.of("name", Surgery.text(name)));
  }

  static MlModel model() {
    var table = new ArrayList<Float>();
    for (int i = 0; i < ROWS * WIDTH; i++) {
      table.add(value(i / WIDTH, i % WIDTH));
    }
    var shape = Shape.of(ROWS, WIDTH);
    var operations =
        List.of(
            Surgery.constant(
                "table", new MilValue(MilType.FLOAT32, shape, new MilValue.Reals(table))),
            Surgery.constant("zero", Surgery.integer(0)),
            Surgery.constant("no", Surgery.truth(List.of(false))),
            Surgery.constant("yes", Surgery.truth(List.of(true))),
            Surgery.constant("one", Surgery.integers(1L)),
            Surgery.constant("flat", Surgery.integers(1L, (long) WIDTH)),
            operation(
                "gather",
                "rows",
                Shape.of(1, LENGTH, WIDTH),
                Map.of(
                    "x", "table",
                    "indices", "input_ids",
                    "axis", "zero",
                    "batch_dims", "zero",
                    "validate_indices", "no")),
            operation(
                "reduce_sum",
                "sum",
                Shape.of(1, 1, WIDTH),
                Map.of("x", "rows", "axes", "one", "keep_dims", "yes")),
            operation(
                "reshape", "embeddings", Shape.of(1, WIDTH), Map.of("x", "sum", "shape", "flat")));
    var ids = MilPort.tensor("input_ids", MilType.INT32, Shape.of(1, LENGTH));
    var main = new MilFunction(List.of(ids), "CoreML7", List.of("embeddings"), operations);
    var signature =
        new Signature(
            List.of(new Feature("input_ids", "", Feature.Type.INT32, List.of(1L, (long) LENGTH))),
            List.of(new Feature("embeddings", "", Feature.Type.FLOAT32, List.of(1L, (long) WIDTH))),
            List.of());
    var metadata =
        new Metadata(
            "", "", "", "", Map.of(CoreMlBackend.OUTPUT_KEY + "embeddings", "sentence_embedding"));
    return new MlModel(
        8, new MlModel.Description(signature, List.of(), "", metadata), Map.of("main", main));
  }
}
