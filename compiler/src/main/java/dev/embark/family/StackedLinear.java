package dev.embark.family;

import dev.embark.checkpoint.Weights;
import dev.embark.family.Decoder.Biased;
import dev.embark.graph.Bias;
import dev.embark.graph.Constant;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Heads;
import dev.embark.graph.Rotation;
import dev.embark.graph.Value;

/// Linear layers that a checkpoint stores on top of each other, such as query, key and value in
/// `Wqkv`. Each is used as a layer of its own; nothing is copied.
///
/// @param weight `[count·out, in]`
/// @param bias `[count·out]`, if they have one
/// @param count number of layers
record StackedLinear(Constant weight, Bias bias, int count) {
  /// Takes `weight` and perhaps `bias` of the scope.
  ///
  /// @param sizes of all layers together, `[count·out, in]`
  static StackedLinear of(Weights scope, int count, Biased biased, long... sizes) {
    var weight = GraphBuilder.parameter(scope, "weight", sizes);
    return switch (biased) {
      case YES ->
          new StackedLinear(
              weight, new Bias.Of(GraphBuilder.parameter(scope, "bias", sizes[0])), count);
      case NO -> new StackedLinear(weight, new Bias.None(), count);
    };
  }

  /// Appends the layer `number`, which is called `part`: `[…, out]`.
  Value append(GraphBuilder graph, Value x, int number, String part) {
    long out = weight.shape().size(0) / count;
    long first = number * out;
    var own =
        switch (bias) {
          case Bias.None none -> none;
          case Bias.Of(var vector) -> new Bias.Of(vector.rows(part, first, out));
        };
    var name = weight.name().substring(0, weight.name().lastIndexOf('.'));
    return graph.linear(x, name + "." + part, weight.rows(part, first, out), own);
  }

  /// Appends attention of three layers, which are query, key and value; the first two turn by their
  /// positions. `[batch, sequence, out]`.
  Value attend(GraphBuilder graph, Value x, Heads heads, Rotation rotation) {
    return graph.attention(
        graph.rotate(append(graph, x, 0, "query"), rotation), // [batch, sequence, out]
        graph.rotate(append(graph, x, 1, "key"), rotation),
        append(graph, x, 2, "value"),
        graph.tokens("attention_mask"), // [batch, sequence]
        heads);
  }
}
