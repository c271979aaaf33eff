package dev.embark.graph;

import java.util.HashSet;
import java.util.List;
import java.util.function.UnaryOperator;

/// A computation: inputs, nodes in topological order, and the values that leave it.
///
/// A graph never sees a file. It is legal by construction: names are unique, every value is defined
/// before it is read, and every shape is what [ShapeInference] says.
///
/// @param outputs values that leave the graph, each under its own name, in order
public record Graph(String name, List<Value> inputs, List<Node> nodes, List<Value> outputs) {
  public Graph {
    inputs = List.copyOf(inputs);
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
    requireLegal(inputs, nodes, outputs);
  }

  private static void requireLegal(List<Value> inputs, List<Node> nodes, List<Value> outputs) {
    var names = new HashSet<String>();
    var defined = new HashSet<Value>();
    for (var input : inputs) {
      require(names.add(input.name()), input + " is defined twice");
      defined.add(input);
    }
    for (var node : nodes) {
      for (var input : node.op().inputs()) {
        require(defined.contains(input), node.output() + " reads " + input + " before it exists");
      }
      var expected = ShapeInference.infer(node.op());
      require(
          node.output().shape().equals(expected.shape()) && node.output().type() == expected.type(),
          node.output()
              + " is declared "
              + node.output().shape()
              + ", its operation yields "
              + expected.shape());
      require(names.add(node.output().name()), node.output() + " is defined twice");
      defined.add(node.output());
    }
    for (var output : outputs) {
      require(defined.contains(output), "output " + output + " is never computed");
    }
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException("illegal graph: " + otherwise);
    }
  }

  /// Returns this graph with `change` of each operation, which yields a value of the same shape.
  public Graph mapOperations(UnaryOperator<Op> change) {
    return new Graph(
        name,
        inputs,
        nodes.stream().map(node -> new Node(change.apply(node.op()), node.output())).toList(),
        outputs);
  }

  /// Returns the number of trained parameters; one that several nodes share counts once.
  public long parameterCount() {
    var seen = new HashSet<String>();
    long count = 0;
    for (var node : nodes) {
      for (var constant : node.op().constants()) {
        if (seen.add(constant.name())) {
          count += constant.shape().elementCount();
        }
      }
    }
    return count;
  }
}
