package dev.embark.evaluate;

import dev.embark.embed.Role;
import dev.embark.verify.Comparison;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Which texts a model has nearest to each text.
final class Neighbors {
  /// How many are looked for.
  static final int MOST = 10;

  private final float[][] vectors;
  private final int[][] nearest;

  private Neighbors(float[][] vectors, int[][] nearest) {
    this.vectors = vectors;
    this.nearest = nearest;
  }

  /// Embeds texts and looks for the nearest others of each; of equally near ones the first in the
  /// list is nearer.
  static Neighbors of(List<String> texts, Subject subject) {
    var similarity = subject.similarity();
    float[][] vectors = subject.vectors(texts, Role.NONE);
    var nearest = new int[texts.size()][];
    IntStream.range(0, nearest.length)
        .parallel()
        .forEach(text -> nearest[text] = nearest(vectors, text, similarity));
    return new Neighbors(vectors, nearest);
  }

  private static int[] nearest(float[][] vectors, int own, Similarity similarity) {
    int most = Math.min(MOST, vectors.length - 1);
    var best = new int[most];
    var scores = new double[most];
    int filled = 0;
    for (int other = 0; other < vectors.length; other++) {
      if (other != own) {
        double score = similarity.of(vectors[own], vectors[other]);
        if (filled < most || score > scores[filled - 1]) {
          int place = filled < most ? filled++ : filled - 1;
          while (place > 0 && score > scores[place - 1]) {
            best[place] = best[place - 1];
            scores[place] = scores[place - 1];
            place--;
          }
          best[place] = other;
          scores[place] = score;
        }
      }
    }
    return best;
  }

  /// Returns for each text the share of its nearest texts that are the other model's too.
  double[] shared(Neighbors other, int most) {
    var shares = new double[nearest.length];
    for (int text = 0; text < shares.length; text++) {
      int count = Math.min(most, nearest[text].length);
      int[] theirs = other.nearest[text];
      long shared =
          IntStream.of(nearest[text])
              .limit(count)
              .filter(found -> IntStream.of(theirs).limit(count).anyMatch(it -> it == found))
              .count();
      shares[text] = (double) shared / count;
    }
    return shares;
  }

  /// Returns the cosine of the two vectors of each text; empty where they differ in length.
  Optional<double[]> cosines(Neighbors other) {
    if (vectors[0].length != other.vectors[0].length) {
      return Optional.empty();
    }
    return Optional.of(
        IntStream.range(0, vectors.length)
            .mapToDouble(text -> Comparison.cosine(vectors[text], other.vectors[text]))
            .toArray());
  }
}
