package dev.embark.target.onnx;

import dev.embark.graph.Sight;
import dev.embark.graph.Value;
import java.util.List;

/// What several operations derive from a mask or from the length of a sequence; each is emitted
/// once.
final class Masks {
  /// Added to the scores of keys that are not seen: the most negative float, as transformers does.
  static final double UNSEEN = -Float.MAX_VALUE;

  private final NodeList nodes;

  Masks(NodeList nodes) {
    this.nodes = nodes;
  }

  /// Returns `start, start + 1, …`, one number for each token of `tokens` `[batch, sequence, …]`.
  String range(Value tokens, long start) {
    return nodes.once(
        tokens.name() + ".range_" + start,
        name -> {
          var length =
              nodes.node("Squeeze", name + ".length", List.of(sequence(tokens), nodes.integers(0)));
          var end =
              start == 0
                  ? length
                  : nodes.node("Add", name + ".end", List.of(length, nodes.integer(start)));
          return nodes.node("Range", name, List.of(nodes.integer(start), end, nodes.integer(1)));
        });
  }

  /// Returns the length of the sequence as a vector of one number.
  String sequence(Value tokens) {
    return dimension(tokens, 1);
  }

  /// Returns a dimension of `[batch, sequence, …]` as a vector of one number.
  String dimension(Value tokens, int axis) {
    return nodes.once(
        tokens.name() + ".size_" + axis,
        name ->
            nodes.node(
                "Shape",
                name,
                List.of(tokens.name()),
                NodeList.attribute("start", axis),
                NodeList.attribute("end", axis + 1L)));
  }

  /// Returns `j − i` `[sequence, sequence]`.
  String distances(Value tokens) {
    return nodes.once(
        tokens.name() + ".distances",
        name -> {
          var range = range(tokens, 0);
          var seen = nodes.node("Unsqueeze", name + ".seen", List.of(range, nodes.integers(0)));
          var looking =
              nodes.node("Unsqueeze", name + ".looking", List.of(range, nodes.integers(1)));
          return nodes.node("Sub", name, List.of(seen, looking));
        });
  }

  /// Returns `j − i` from `−reach` to `reach`, counted from 0: `[sequence, sequence]`.
  String boundedDistances(Value tokens, int reach) {
    return nodes.once(
        tokens.name() + ".distances_" + reach,
        name -> {
          var bounded =
              nodes.node(
                  "Clip",
                  name + ".bounded",
                  List.of(distances(tokens), nodes.integer(-reach), nodes.integer(reach)));
          return nodes.node("Add", name, List.of(bounded, nodes.integer(reach)));
        });
  }

  /// Returns 0 where a key is seen and [#UNSEEN] elsewhere: `[batch, 1, 1 or sequence, sequence]`.
  String unseenKeys(Value mask, Sight sight) {
    return nodes.once(
        mask.name() + ".unseen" + suffix(sight),
        name -> {
          var wide =
              nodes.once(
                  mask.name() + ".wide",
                  key -> nodes.node("Unsqueeze", key, List.of(seen(mask), nodes.integers(1, 2))));
          return nodes.node(
              "Where",
              name,
              List.of(seen(mask, sight, wide, name), nodes.scalar(0), nodes.scalar(UNSEEN)));
        });
  }

  private static String suffix(Sight sight) {
    return switch (sight) {
      case Sight.All() -> "";
      case Sight.Causal() -> ".causal";
      case Sight.Near(var reach) -> ".near_" + reach;
      case Sight.CausalNear(var reach) -> ".causal_near_" + reach;
    };
  }

  private String seen(Value mask, Sight sight, String wide, String name) {
    return switch (sight) {
      case Sight.All() -> wide;
      case Sight.Causal() -> {
        var before = before(mask, name);
        yield nodes.node("And", name + ".seen", List.of(wide, before));
      }
      case Sight.Near(var reach) -> {
        var absolute = nodes.node("Abs", name + ".absolute", List.of(distances(mask)));
        var near =
            nodes.node("LessOrEqual", name + ".near", List.of(absolute, nodes.integer(reach)));
        yield nodes.node("And", name + ".seen", List.of(wide, near));
      }
      case Sight.CausalNear(var reach) -> {
        var before = before(mask, name);
        var near =
            nodes.node(
                "GreaterOrEqual", name + ".near", List.of(distances(mask), nodes.integer(-reach)));
        var both = nodes.node("And", name + ".both", List.of(before, near));
        yield nodes.node("And", name + ".seen", List.of(wide, both));
      }
    };
  }

  private String before(Value mask, String name) {
    return nodes.node("LessOrEqual", name + ".before", List.of(distances(mask), nodes.integer(0)));
  }

  /// Returns the mask as truth values `[batch, sequence]`.
  String seen(Value mask) {
    return nodes.once(
        mask.name() + ".seen",
        name -> nodes.node("Cast", name, List.of(mask.name()), NodeList.to(NodeList.TYPE_BOOL)));
  }

  /// Returns the mask as 0 and 1 `[batch, sequence]`, in floats.
  String counted(Value mask) {
    return nodes.once(
        mask.name() + ".counted",
        name -> nodes.node("Cast", name, List.of(seen(mask)), NodeList.to(NodeList.TYPE_FLOAT)));
  }

  /// Returns the mask as 32-bit integers.
  String integers(Value mask) {
    return nodes.once(
        mask.name() + ".int32",
        name -> nodes.node("Cast", name, List.of(mask.name()), NodeList.to(NodeList.TYPE_INT32)));
  }
}
