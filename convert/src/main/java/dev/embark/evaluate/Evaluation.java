package dev.embark.evaluate;

import dev.embark.embed.Role;
import dev.embark.embed.TextPair;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.verify.Correlation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/// Tries models on a data set.
public final class Evaluation {
  private static final int PLACES = 10;
  private static final int MANY_PLACES = 100;

  private Evaluation() {}

  /// A number of one model.
  public record Result(String measure, Interval value) {}

  /// A number of two models, and by how much that of the first is larger on the same units.
  public record Compared(String measure, Interval first, Interval second, Interval difference) {}

  /// Returns what a model reaches. Throws a `Problem` of category `WRONG_USAGE` where the task
  /// takes two models, or the model does not give what the task compares.
  public static List<Result> of(Dataset dataset, Subject subject) {
    return measures(dataset, subject).stream()
        .map(measure -> new Result(measure.name(), Bootstrap.of(measure)))
        .toList();
  }

  /// Returns what two models reach.
  public static List<Compared> of(Dataset dataset, Subject first, Subject second) {
    var ours = measures(dataset, first);
    var theirs = measures(dataset, second);
    var compared = new ArrayList<Compared>();
    for (int i = 0; i < ours.size(); i++) {
      compared.add(
          new Compared(
              ours.get(i).name(),
              Bootstrap.of(ours.get(i)),
              Bootstrap.of(theirs.get(i)),
              Bootstrap.ofDifference(ours.get(i), theirs.get(i))));
    }
    return compared;
  }

  private static List<Measure> measures(Dataset dataset, Subject subject) {
    return switch (dataset) {
      case Dataset.Pairs pairs -> pairs(pairs, subject);
      case Dataset.Search search -> search(search, subject);
      case Dataset.Candidates candidates -> candidates(candidates, subject);
      case Dataset.Crowd _ ->
          throw new Problem(
              Category.WRONG_USAGE,
              "Neighbours are compared between two models.",
              "Without another there is nothing that they could be the same as.",
              "Give --against DIR.");
    };
  }

  private static List<Measure> pairs(Dataset.Pairs dataset, Subject subject) {
    var pairs = dataset.pairs().stream().map(pair -> new TextPair(pair.left(), pair.right()));
    double[] scores = subject.scores(pairs.toList(), Role.NONE, Role.NONE);
    double[] rated = dataset.pairs().stream().mapToDouble(Dataset.Rated::score).toArray();
    return List.of(
        new Measure(
            "Spearman",
            scores.length,
            units -> Correlation.spearman(drawn(scores, units), drawn(rated, units))),
        new Measure(
            "Pearson",
            scores.length,
            units -> Correlation.pearson(drawn(scores, units), drawn(rated, units))));
  }

  private static double[] drawn(double[] values, int[] units) {
    var drawn = new double[units.length];
    for (int i = 0; i < units.length; i++) {
      drawn[i] = values[units[i]];
    }
    return drawn;
  }

  private static List<Measure> search(Dataset.Search dataset, Subject subject) {
    float[][] queries = subject.vectors(dataset.queries(), Role.QUERY);
    float[][] documents = subject.vectors(dataset.documents(), Role.DOCUMENT);
    var similarity = subject.similarity();
    var rankings = new ArrayList<Ranking>();
    for (int query = 0; query < queries.length; query++) {
      var scores = new double[documents.length];
      for (int document = 0; document < documents.length; document++) {
        scores[document] = similarity.of(queries[query], documents[document]);
      }
      rankings.add(Ranking.of(scores, MANY_PLACES, dataset.relevant().get(query)));
    }
    return List.of(
        mean("nDCG@10", rankings, ranking -> ranking.ndcg(PLACES)),
        mean("Recall@10", rankings, ranking -> ranking.recall(PLACES)),
        mean("Recall@100", rankings, ranking -> ranking.recall(MANY_PLACES)),
        mean("MRR@100", rankings, Ranking::reciprocalRank));
  }

  private static List<Measure> candidates(Dataset.Candidates dataset, Subject subject) {
    var pairs = new ArrayList<TextPair>();
    for (var question : dataset.questions()) {
      question.documents().forEach(text -> pairs.add(new TextPair(question.query(), text)));
    }
    double[] scores = subject.scores(pairs, Role.QUERY, Role.DOCUMENT);
    var rankings = new ArrayList<Ranking>();
    int from = 0;
    for (var question : dataset.questions()) {
      int count = question.documents().size();
      var relevant = new HashMap<Integer, Double>();
      var own = new double[count];
      for (int i = 0; i < count; i++) {
        own[i] = scores[from + i];
        if (question.isAnswer().get(i)) {
          relevant.put(i, 1.0);
        }
      }
      rankings.add(Ranking.of(own, count, relevant));
      from += count;
    }
    return List.of(
        mean("MAP", rankings, Ranking::averagePrecision),
        mean("MRR", rankings, Ranking::reciprocalRank),
        mean("nDCG@10", rankings, ranking -> ranking.ndcg(PLACES)));
  }

  private static Measure mean(
      String name, List<Ranking> rankings, ToDoubleFunction<Ranking> number) {
    return Measure.mean(name, rankings.stream().mapToDouble(number).toArray());
  }

  /// Returns how far two models agree on what is near what.
  public static List<Result> agreement(Dataset.Crowd crowd, Subject first, Subject second) {
    var ours = Neighbors.of(crowd.texts(), first);
    var theirs = Neighbors.of(crowd.texts(), second);
    var measures = new ArrayList<Measure>();
    measures.add(Measure.mean("same nearest", ours.shared(theirs, 1)));
    measures.add(Measure.mean("same ten nearest", ours.shared(theirs, Neighbors.MOST)));
    cosines(ours, theirs).ifPresent(measures::add);
    return measures.stream()
        .map(measure -> new Result(measure.name(), Bootstrap.of(measure)))
        .toList();
  }

  /// Returns the mean cosine of the two vectors of a text, where they have one length.
  private static Optional<Measure> cosines(Neighbors ours, Neighbors theirs) {
    return ours.cosines(theirs).map(cosines -> Measure.mean("cosine", cosines));
  }
}
