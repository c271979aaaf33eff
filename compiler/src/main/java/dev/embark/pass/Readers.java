package dev.embark.pass;

import dev.embark.graph.Constant;
import dev.embark.graph.Graph;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// Which matrices of layers read which values, in groups that have to be treated alike.
///
/// Several layers may read one value, as queries, keys and values do; and one matrix may read
/// several values, where a model uses the same layers again and again.
final class Readers {
  private final Map<Value, Group> groups = new HashMap<>();

  /// Values and the matrices that read any of them, by name.
  record Group(Set<Value> values, Map<String, Constant> matrices) {
    private void add(Group other) {
      values.addAll(other.values);
      matrices.putAll(other.matrices);
    }
  }

  /// Groups the layers that are to be quantised.
  ///
  /// @param kept names of matrices that stay as they are
  static Readers of(Graph graph, Set<String> kept) {
    var readers = new Readers();
    var byMatrix = new HashMap<String, Group>();
    for (var node : graph.nodes()) {
      if (node.op() instanceof Op.Linear linear && Layers.isQuantized(linear, kept)) {
        var matrix = linear.weight();
        var group = readers.groups.computeIfAbsent(linear.input(), Readers::alone);
        group.matrices().put(matrix.name(), matrix);
        var known = byMatrix.get(matrix.name());
        if (known != null && !known.equals(group)) {
          group.add(known);
          group.values().forEach(value -> readers.groups.put(value, group));
          byMatrix.replaceAll((_, other) -> other.equals(known) ? group : other);
        }
        byMatrix.put(matrix.name(), group);
      }
    }
    return readers;
  }

  private static Group alone(Value value) {
    var values = new LinkedHashSet<Value>();
    values.add(value);
    return new Group(values, new LinkedHashMap<>());
  }

  /// Returns the group of a value that a layer reads.
  Group of(Value value) {
    var group = groups.get(value);
    if (group == null) {
      throw new IllegalArgumentException("no layer reads " + value);
    }
    return group;
  }
}
