package dev.embark.pass;

import dev.embark.bundle.TrunkPorts;
import dev.embark.graph.Graph;
import dev.embark.graph.Node;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A graph as three that run one after the other, for devices that compute the middle only.
///
/// Tables of tokens are large and looked up, not multiplied; pooling needs the range of 32 bits and
/// little time. What lies between, from the first layer to the last, is the trunk.
///
/// @param prologue ids to [TrunkPorts#EMBEDS] `[batch, sequence, hidden]`
/// @param trunk [TrunkPorts#EMBEDS], and the mask where its attention needs one, to
///   [TrunkPorts#HIDDEN] of the same shape
/// @param epilogue [TrunkPorts#HIDDEN] and the mask to the outputs of the whole, but for
///   [TrunkPorts#HIDDEN] itself
public record Split(Graph prologue, Graph trunk, Graph epilogue) {
  private static final String MASK = "attention_mask";

  /// Cuts a graph; throws a `Problem` of category `UNSUPPORTED` where more than one value would
  /// have to cross the line.
  public static Split of(Graph graph) {
    var nodes = graph.nodes();
    var layers = new ArrayList<Integer>();
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).op() instanceof Op.Attention) {
        layers.add(i);
      }
    }
    var texts = ofTexts(graph);
    int first = layers.isEmpty() ? -1 : lastCut(graph, texts, 0, layers.getFirst() - 1);
    int last = first < 0 ? -1 : lastCut(graph, texts, layers.getLast(), nodes.size() - 1);
    if (first < 0 || last < 0) {
      throw new Problem(
          Category.UNSUPPORTED,
          "The model cannot be cut into tables, layers and pooling.",
          layers.isEmpty()
              ? "It has no attention of the usual form."
              : "More than one value crosses each line between them.",
          "Convert to ONNX or Core ML.");
    }
    var embeds = nodes.get(first).output();
    var hidden = nodes.get(last).output();
    return new Split(
        part(graph, "prologue", List.of(), List.of(embeds), Map.of(embeds, TrunkPorts.EMBEDS)),
        part(
            graph,
            "trunk",
            List.of(embeds),
            List.of(hidden),
            Map.of(embeds, TrunkPorts.EMBEDS, hidden, TrunkPorts.HIDDEN)),
        part(
            graph,
            "epilogue",
            List.of(hidden),
            graph.outputs().stream().filter(output -> !output.equals(hidden)).toList(),
            Map.of(hidden, TrunkPorts.HIDDEN)));
  }

  /// Returns all values that differ from text to text, the mask apart.
  private static Set<Value> ofTexts(Graph graph) {
    var texts = new HashSet<Value>();
    graph.inputs().stream().filter(input -> !isMask(input)).forEach(texts::add);
    for (var node : graph.nodes()) {
      if (!isOfSizesOnly(node.op()) && node.op().inputs().stream().anyMatch(texts::contains)) {
        texts.add(node.output());
      }
    }
    return texts;
  }

  private static boolean isMask(Value input) {
    return input.name().equals(MASK);
  }

  /// Returns whether an operation looks at the sizes of its input only.
  private static boolean isOfSizesOnly(Op op) {
    return op instanceof Op.Positions || op instanceof Op.DistanceBias;
  }

  /// Returns the last node in a range whose output is all that later nodes read of a text, and has
  /// a vector for each token; -1 where there is none.
  private static int lastCut(Graph graph, Set<Value> texts, int from, int to) {
    for (int at = to; at >= from; at--) {
      if (isCut(graph, texts, at)) {
        return at;
      }
    }
    return -1;
  }

  private static boolean isCut(Graph graph, Set<Value> texts, int at) {
    var nodes = graph.nodes();
    var value = nodes.get(at).output();
    if (!texts.contains(value) || value.shape().rank() != 3) {
      return false;
    }
    var before = new HashSet<Value>(graph.inputs());
    nodes.subList(0, at).forEach(node -> before.add(node.output()));
    before.retainAll(texts);
    boolean isReadLater =
        nodes.subList(at + 1, nodes.size()).stream()
            .filter(node -> !isOfSizesOnly(node.op()))
            .anyMatch(node -> node.op().inputs().stream().anyMatch(before::contains));
    return !isReadLater && graph.outputs().stream().noneMatch(before::contains);
  }

  /// Returns the nodes that `outputs` need beyond what is given, with some values under other
  /// names.
  private static Graph part(
      Graph graph, String name, List<Value> given, List<Value> outputs, Map<Value, String> names) {
    var needed = new HashSet<>(outputs);
    var kept = new ArrayList<Node>();
    for (var node : graph.nodes().reversed()) {
      if (needed.contains(node.output()) && !given.contains(node.output())) {
        kept.addFirst(node);
        if (isOfSizesOnly(node.op()) && !given.isEmpty()) {
          graph.inputs().stream().filter(Split::isMask).forEach(needed::add);
        } else {
          needed.addAll(node.op().inputs());
        }
      }
    }
    var values = new HashMap<Value, Value>();
    names.forEach(
        (value, other) -> values.put(value, new Value(other, value.type(), value.shape())));
    if (!given.isEmpty()) {
      // Ids have the sizes that the mask has, and are not there.
      graph.inputs().stream()
          .filter(Split::isMask)
          .forEach(mask ->
              graph.inputs().stream()
                  .filter(input -> !isMask(input))
                  .forEach(input -> values.put(input, mask)));
    }
    var inputs = new ArrayList<>(given.stream().map(values::get).toList());
    graph.inputs().stream()
        .filter(input -> needed.contains(input) && !values.containsKey(input))
        .forEach(inputs::add);
    var nodes =
        kept.stream()
            .map(node ->
                new Node(
                    node.op().mapInputs(input -> values.getOrDefault(input, input)),
                    values.getOrDefault(node.output(), node.output())))
            .toList();
    return new Graph(
        name,
        inputs,
        nodes,
        outputs.stream().map(output -> values.getOrDefault(output, output)).toList());
  }
}
