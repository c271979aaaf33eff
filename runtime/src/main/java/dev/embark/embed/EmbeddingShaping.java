package dev.embark.embed;

import dev.embark.bundle.Output;
import dev.embark.embed.EmbedRequest.Dimensions;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Makes an [Embedding] of what the model gives: drops what does not belong to the text, and keeps
/// of a vocabulary's weights those that are not 0.
final class EmbeddingShaping implements Shaping<Embedding> {
  /// As sentence-transformers' `Normalize` keeps from dividing by nothing.
  private static final double LENGTH_MIN = 1e-12;

  private final List<Output> outputs;
  private final Dimensions dimensions;
  private final Set<Integer> skippedIds = new HashSet<>();

  EmbeddingShaping(List<Output> outputs, Role role, Dimensions dimensions) {
    this.outputs = outputs;
    this.dimensions = dimensions;
    checkDimensions();
    for (var output : outputs) {
      switch (output) {
        case Output.MultiVector vectors ->
            skippedIds.addAll(TextReading.tokenRole(vectors, role).skippedIds());
        case Output.Embedding _, Output.Sparse _, Output.Lexical _, Output.Score _ -> {}
      }
    }
  }

  private void checkDimensions() {
    if (!(dimensions instanceof Dimensions.First(int count))) {
      return;
    }
    var embedding =
        outputs.stream()
            .filter(Output.Embedding.class::isInstance)
            .map(Output.Embedding.class::cast)
            .findFirst()
            .orElseThrow(() ->
                new Problem(
                    Category.WRONG_USAGE,
                    "There is no vector of which " + count + " values could be taken.",
                    "Dimensions are those of one vector a text.",
                    "Ask for such a vector, or leave the dimensions out."));
    if (count > embedding.dimension()) {
      throw new Problem(
          Category.WRONG_USAGE,
          "A vector of the model has " + embedding.dimension() + " values, not " + count + ".",
          "",
          "Ask for at most " + embedding.dimension() + " dimensions.");
    }
  }

  @Override
  public Embedding result(EncodedText text, Row row) {
    var parts = new Embedding.Parts();
    for (var output : outputs) {
      switch (output) {
        case Output.Embedding embedding -> parts.vector(vector(embedding, row));
        case Output.Sparse sparse -> parts.sparse(SparseVector.of(row.values(sparse, 0)));
        case Output.Lexical lexical -> parts.sparse(lexical(lexical, text, row));
        case Output.MultiVector vectors -> parts.tokenVectors(tokens(vectors, text, row));
        case Output.Score _ -> throw new IllegalStateException("a score is no embedding");
      }
    }
    return new Embedding(parts, text);
  }

  private float[] vector(Output.Embedding embedding, Row row) {
    return switch (dimensions) {
      case Dimensions.All() -> row.values(embedding, 0);
      case Dimensions.First(int count) -> {
        var vector = new float[count];
        row.read(embedding, 0, vector);
        if (embedding.isNormalized()) {
          normalize(vector);
        }
        yield vector;
      }
    };
  }

  private static void normalize(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    double length = Math.max(Math.sqrt(squares), LENGTH_MIN);
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] / length);
    }
  }

  /// Returns the largest weight of each id that has one.
  private static SparseVector lexical(Output.Lexical lexical, EncodedText text, Row row) {
    float[] weights = row.values(lexical, text.tokens());
    // Ids over positions: sorted, the tokens of an id stand together.
    var order = new long[weights.length];
    int count = 0;
    for (int position = 0; position < weights.length; position++) {
      // Written so that NaN is kept, to be found out.
      boolean weighsNothing = weights[position] <= 0;
      if (!weighsNothing && !lexical.skippedIds().contains(text.id(position))) {
        order[count] = (long) text.id(position) << 32 | position;
        count++;
      }
    }
    Arrays.sort(order, 0, count);
    var ids = new int[count];
    var largest = new float[count];
    int last = -1;
    for (int i = 0; i < count; i++) {
      int id = (int) (order[i] >> 32);
      float weight = weights[(int) order[i]];
      if (last < 0 || ids[last] != id) {
        last++;
        ids[last] = id;
        largest[last] = weight;
      } else {
        largest[last] = Math.max(largest[last], weight);
      }
    }
    return new SparseVector(Arrays.copyOf(ids, last + 1), Arrays.copyOf(largest, last + 1));
  }

  private float[][] tokens(Output.MultiVector vectors, EncodedText text, Row row) {
    var kept = new ArrayList<float[]>(text.length());
    for (int position = vectors.leading(); position < text.length(); position++) {
      // What fills up a query stays, whatever its id.
      boolean isOwn = position < text.tokens();
      if (!isOwn || !skippedIds.contains(text.id(position))) {
        var vector = new float[vectors.dimension()];
        row.read(vectors, (long) position * vectors.dimension(), vector);
        kept.add(vector);
      }
    }
    return kept.toArray(float[][]::new);
  }

  @Override
  public Embedding[] room(int count) {
    return new Embedding[count];
  }

  @Override
  public void check(Embedding embedding, long number) {
    check("vector", embedding.vector(), number);
    check("sparse vector", embedding.sparse().weights(), number);
    for (float[] vector : embedding.tokenVectors()) {
      check("vector of a token", vector, number);
    }
  }

  private static void check(String what, float[] values, long number) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw Finite.problem("The " + what + " of text " + number, values[i], i);
      }
    }
  }
}
