package dev.embark.convert;

import dev.embark.bundle.Output;
import dev.embark.bundle.Step;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Grid;
import dev.embark.graph.Interpreter;
import dev.embark.graph.Value;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import java.util.Map;

/// What makes a text's vector of those of its tokens, for files that end before that.
final class ForeignTail {
  private static final String MASK = "attention_mask";

  private final Interpreter interpreter;
  private final Value tokens;
  private final String result;

  private ForeignTail(Interpreter interpreter, Value tokens, String result) {
    this.interpreter = interpreter;
    this.tokens = tokens;
    this.result = result;
  }

  /// Prepares the steps of an output; throws a `Problem` where they have weights, which such a file
  /// lacks.
  ///
  /// @param hidden values of a token
  static ForeignTail of(Output.Embedding output, int hidden) {
    var builder = new GraphBuilder("tail");
    var mask = builder.tokens(MASK);
    var tokens =
        builder.input(
            "last_hidden_state",
            ElementType.F32,
            Shape.of(new Dim.Named("batch"), new Dim.Named("sequence"), new Dim.Fixed(hidden)));
    var x = tokens;
    for (var step : output.steps()) {
      x =
          switch (step) {
            case Step.Pool(var modes, var promptTokens) -> {
              var counted =
                  switch (promptTokens) {
                    case COUNTED -> mask;
                    case LEFT_OUT -> builder.pooledTokens(mask);
                  };
              var from = x;
              yield builder.concat(
                  modes.stream().map(mode -> builder.pool(from, counted, mode)).toList());
            }
            case Step.Normalize() -> builder.normalize(x);
            case Step.Truncate(int dimension) -> builder.firstValues(x, dimension);
            case Step.Dense dense -> throw hasWeights(dense.path());
            case Step.LayerNorm norm -> throw hasWeights(norm.path());
          };
    }
    builder.output(output.port(), x);
    return new ForeignTail(new Interpreter(builder.build()), tokens, output.port());
  }

  private static Problem hasWeights(String path) {
    return new Problem(
        Category.UNSUPPORTED,
        "The file ends in the vectors of tokens, and the model goes on with the layer "
            + path
            + ".",
        "Its weights are not in the file.",
        "Verify a file whose output is sentence_embedding.");
  }

  /// Returns the vectors of texts.
  ///
  /// @param mask `[batch, sequence]`
  /// @param values of the tokens `[batch, sequence, hidden]`
  double[] apply(Grid mask, Grid values) {
    return interpreter.run(Map.of(MASK, mask, tokens.name(), values), result).values();
  }
}
