package dev.embark.convert;

import dev.embark.backend.coreml.CoreMlBackend;
import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.bundle.ProgramVersion;
import dev.embark.family.Families;
import dev.embark.format.mlprogram.Metadata;
import dev.embark.graph.Graph;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.target.coreml.CoreMlPrecision;
import dev.embark.target.coreml.CoreMlSettings;
import dev.embark.target.coreml.CoreMlSettings.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What an app gives a Core ML package and gets from it.
final class CoreMlPorts {
  /// The output of a model of vectors.
  static final String EMBEDDINGS = "embeddings";

  /// The output of a model that scores pairs.
  static final String SCORE = "score";

  private static final String IDS = "input_ids";
  private static final String MASK = "attention_mask";
  private static final String TYPES = "token_type_ids";

  private final Precision precision;
  private final Target.CoreMl target;
  private final Conversion.Order order;
  private final Families.Model model;

  CoreMlPorts(
      Precision precision, Target.CoreMl target, Conversion.Order order, Families.Model model) {
    this.precision = precision;
    this.target = target;
    this.order = order;
    this.model = model;
  }

  /// Returns how graphs of one or more lengths become a package.
  CoreMlSettings settings(Map<Integer, Graph> graphs) {
    var output = output(model.pipeline());
    return new CoreMlSettings(
        inCoreMl(precision),
        target.sensitive(),
        target.opset(),
        CoreMlSettings.USUAL_SMALLEST_MATRIX,
        inputs(model.pipeline(), graphs.values().iterator().next()),
        output,
        metadata(graphs.keySet(), output));
  }

  /// Returns on what packages of a precision should run, in Core ML's words.
  static String units(String precision) {
    return precision.equals(Precision.FP32.key()) ? "cpuAndGPU" : "all";
  }

  private static CoreMlPrecision inCoreMl(Precision precision) {
    return switch (precision) {
      case FP32 -> CoreMlPrecision.FP32;
      case FP16 -> CoreMlPrecision.FP16;
      case INT8_WEIGHTS -> CoreMlPrecision.INT8_WEIGHTS;
      case BF16, INT8, INT4 ->
          throw new Problem(
              Category.UNSUPPORTED,
              "Embark does not write Core ML packages in %s.".formatted(precision.key()),
              "Core ML has no such type, or devices are reported to compute wrong vectors in it.",
              "Choose fp32, fp16 or int8-weights.");
    };
  }

  private static List<Port> inputs(Pipeline pipeline, Graph graph) {
    var inputs = new ArrayList<Port>();
    inputs.add(new Port(IDS, IDS, "Token ids, padded on the right."));
    inputs.add(new Port(MASK, MASK, "1 for each token, 0 for padding."));
    boolean hasTypes = graph.inputs().stream().anyMatch(input -> input.name().equals(TYPES));
    // One text is of type 0 throughout; only the second of a pair is of another.
    if (hasTypes && pipeline.score().isPresent()) {
      inputs.add(new Port(TYPES, TYPES, "0 for the query, 1 for the document."));
    }
    return inputs;
  }

  private static Port output(Pipeline pipeline) {
    if (pipeline.outputs().size() == 1) {
      var only = pipeline.outputs().getFirst();
      switch (only) {
        case Output.Embedding embedding -> {
          return new Port(embedding.port(), EMBEDDINGS, "The vector of the text.");
        }
        case Output.Score score -> {
          return new Port(
              score.port(), SCORE, "As the model gives it, before any sigmoid or softmax.");
        }
        case Output.Lexical _, Output.MultiVector _, Output.Sparse _ -> {}
      }
    }
    throw new Problem(
        Category.UNSUPPORTED,
        "This model gives %s."
            .formatted(
                String.join(" and ", pipeline.outputs().stream().map(Output::port).toList())),
        "Core ML packages of Embark give one vector or one score a text.",
        "Convert to ONNX.");
  }

  private Metadata metadata(Set<Integer> lengths, Port output) {
    var all = new TreeMap<String, String>();
    all.put(CoreMlBackend.OUTPUT_KEY + output.feature(), output.value());
    all.put("embark.precision", precision.key());
    all.put(
        "embark.sequence",
        lengths.stream().sorted().map(String::valueOf).collect(Collectors.joining(",")));
    all.put("embark.pipeline", model.pipeline().toJson().toString());
    all.put(CoreMlBackend.UNITS_KEY, units(precision.key()));
    all.put("embark.source", order.reference());
    all.put("embark.version", ProgramVersion.number());
    var what = model.architecture() + " of " + order.reference();
    return new Metadata(what, order.revision(), "", "", all);
  }
}
