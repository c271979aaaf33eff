package dev.embark.convert;

import static java.util.Objects.requireNonNull;

import dev.embark.bundle.Output;
import dev.embark.embed.EncodedText;
import dev.embark.embed.Engine;
import dev.embark.embed.Input;
import dev.embark.graph.Graph;
import dev.embark.graph.Grid;
import dev.embark.graph.Interpreter;
import dev.embark.progress.Progress;
import dev.embark.verify.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The first witness: the reference interpreter on the graph of the untouched checkpoint.
///
/// It is given the same tokens as the candidate; whether those are right is what the goldens of the
/// tokenizer and the published answers are for.
final class InterpreterWitness {
  /// Texts of similar length are computed together, so that each weight is read once for many.
  private static final int BATCH_TOKENS_MAX = 1024;

  private final Graph graph;
  private final Interpreter interpreter;
  private final Engine candidate;

  /// Prepares a witness.
  InterpreterWitness(Graph graph, Engine candidate) {
    this.graph = graph;
    this.interpreter = new Interpreter(graph);
    this.candidate = candidate;
  }

  /// What the witness says, and what a large model was spared.
  ///
  /// @param left number of probes that were left out
  /// @param untried lengths of which the candidate computes no probe
  record Answers(List<Reference> references, int left, List<Integer> untried) {
    Answers {
      references = List.copyOf(references);
      untried = List.copyOf(untried);
    }
  }

  /// Returns the probes with their values, those of one output after those of another.
  Answers answer(Progress progress) {
    var references = new ArrayList<Reference>();
    int left = 0;
    var untried = new TreeSet<Integer>();
    for (var outputs : Probes.groups(candidate.pipeline())) {
      var chosen = Probes.of(candidate, outputs.getFirst(), Work.of(graph));
      left += chosen.all() - chosen.inputs().size();
      untried.addAll(chosen.untried());
      references.addAll(answer(chosen.inputs(), outputs, progress));
    }
    return new Answers(references, left, List.copyOf(untried));
  }

  private List<Reference> answer(List<Input> inputs, List<Output> outputs, Progress progress) {
    var encoded =
        inputs.stream().map(input -> candidate.encode(input, outputs.getFirst())).toList();
    var order =
        IntStream.range(0, inputs.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> encoded.get(i).length()))
            .toList();
    var references = new Reference[outputs.size()][inputs.size()];
    try (var task = progress.begin("Asking the interpreter", inputs.size(), Progress.Unit.TEXTS)) {
      for (int from = 0; from < order.size(); ) {
        var batch = order.subList(from, end(order, from, encoded));
        var texts = batch.stream().map(encoded::get).toList();
        var ports = outputs.stream().map(Output::port).collect(Collectors.toSet());
        var feeds = Feeds.of(texts, Math.max(1, texts.getLast().length()));
        var results = interpreter.run(Feeds.toGrids(feeds), ports);
        for (int o = 0; o < outputs.size(); o++) {
          var output = outputs.get(o);
          var grid = requireNonNull(results.get(output.port()));
          for (int row = 0; row < batch.size(); row++) {
            int at = batch.get(row);
            references[o][at] =
                new Reference(inputs.get(at), output, values(output, grid, row, texts.get(row)));
          }
        }
        task.advance(batch.size());
        from += batch.size();
      }
    }
    return Arrays.stream(references).flatMap(Arrays::stream).toList();
  }

  /// Returns the values of a text, or of its positions one after the other.
  private static float[] values(Output output, Grid grid, int row, EncodedText text) {
    return switch (output) {
      case Output.Embedding _, Output.Sparse _, Output.Score _ -> grid.row(row);
      case Output.Lexical _, Output.MultiVector _ -> grid.positions(row, text.length());
    };
  }

  /// Returns where a batch that starts at `from` ends: inputs come sorted by length.
  private static int end(List<Integer> order, int from, List<EncodedText> inputs) {
    int to = from + 1;
    while (to < order.size()
        && inputs.get(order.get(to)).length() * (to + 1 - from) <= BATCH_TOKENS_MAX) {
      to++;
    }
    return to;
  }
}
