package dev.embark.target.coreml;

import dev.embark.format.mlprogram.Feature;
import dev.embark.format.mlprogram.MilFunction;
import dev.embark.format.mlprogram.MlModel;
import dev.embark.format.mlprogram.MlPackage;
import dev.embark.format.mlprogram.Signature;
import dev.embark.graph.Graph;
import dev.embark.graph.Node;
import dev.embark.graph.Value;
import dev.embark.target.coreml.CoreMlSettings.Port;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Graph to Core ML package, whose program takes one text of a fixed number of tokens.
///
/// Shapes are fixed because the Neural Engine takes no others, and because flexible ones are the
/// cause of most failures that apps report; several lengths are several programs.
public final class CoreMlTarget {
  private static final String MAIN = "main";

  private CoreMlTarget() {}

  /// Writes a package with one program; the same graph gives the same bytes.
  ///
  /// @param graph of fixed shapes, one text
  /// @param folder the package, which must not exist
  public static void emit(Graph graph, CoreMlSettings settings, Path folder) {
    var weights = new WeightStore();
    var function = function(graph, settings, weights);
    var description =
        new MlModel.Description(signature(graph, settings), List.of(), "", settings.metadata());
    MlPackage.write(
        new MlModel(settings.opset().specification(), description, Map.of(MAIN, function)),
        weights.sources(),
        folder);
  }

  /// Writes a package with a program for each of several lengths, which share their weights.
  ///
  /// @param graphs by the name of the program; those of the first name are the default
  public static void emitAll(Map<String, Graph> graphs, CoreMlSettings settings, Path folder) {
    if (!settings.opset().isAtLeast(MilOpset.COREML8)) {
      throw new IllegalArgumentException(settings.opset() + " has one program a package");
    }
    var weights = new WeightStore();
    var functions = new TreeMap<String, MilFunction>();
    var described = new ArrayList<MlModel.Described>();
    graphs.forEach((name, graph) -> {
      functions.put(name, function(graph, settings, weights));
      described.add(new MlModel.Described(name, signature(graph, settings)));
    });
    var none = new Signature(List.of(), List.of(), List.of());
    var description =
        new MlModel.Description(none, described, described.getFirst().name(), settings.metadata());
    MlPackage.write(
        new MlModel(settings.opset().specification(), description, functions),
        weights.sources(),
        folder);
  }

  private static MilFunction function(Graph graph, CoreMlSettings settings, WeightStore weights) {
    var block = new MilBlock(settings, weights);
    var lowering = new MilLowering(block);
    for (var port : settings.inputs()) {
      lowering.input(input(graph, port), port.feature());
    }
    var given = settings.inputs().stream().map(Port::value).toList();
    graph.inputs().stream().filter(value -> !given.contains(value.name())).forEach(lowering::zero);
    var name = block.reserve(settings.output().feature());
    var output = output(graph, settings.output());
    needed(graph, output).forEach(lowering::lower);
    return block.finish(lowering.output(output), name);
  }

  /// Returns the nodes that `output` depends on, in order.
  private static List<Node> needed(Graph graph, Value output) {
    var wanted = new HashSet<Value>();
    wanted.add(output);
    var nodes = new ArrayList<Node>();
    for (var node : graph.nodes().reversed()) {
      if (wanted.contains(node.output())) {
        wanted.addAll(node.op().inputs());
        nodes.addFirst(node);
      }
    }
    return nodes;
  }

  private static Value input(Graph graph, Port port) {
    return named(graph.inputs(), port.value());
  }

  private static Value output(Graph graph, Port port) {
    return named(graph.outputs(), port.value());
  }

  private static Value named(List<Value> values, String name) {
    return values.stream()
        .filter(value -> value.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the graph has no " + name));
  }

  private static Signature signature(Graph graph, CoreMlSettings settings) {
    var inputs =
        settings.inputs().stream()
            .map(port -> feature(port, Feature.Type.INT32, input(graph, port)))
            .toList();
    var output = feature(settings.output(), Feature.Type.FLOAT32, output(graph, settings.output()));
    return new Signature(inputs, List.of(output), List.of());
  }

  private static Feature feature(Port port, Feature.Type type, Value value) {
    var sizes = Arrays.stream(value.shape().sizes()).boxed().toList();
    return new Feature(port.feature(), port.note(), type, sizes);
  }
}
