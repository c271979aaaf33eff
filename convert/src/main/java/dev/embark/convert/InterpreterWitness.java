package dev.embark.convert;

import dev.embark.convert.Probes.Probe;
import dev.embark.embed.Embedder;
import dev.embark.embed.EncodedText;
import dev.embark.embed.Input;
import dev.embark.graph.Graph;
import dev.embark.graph.Grid;
import dev.embark.graph.Interpreter;
import dev.embark.progress.Progress;
import dev.embark.verify.Reference;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// The first witness: the reference interpreter on the graph of the untouched checkpoint.
///
/// It is given the same tokens as the candidate; whether those are right is what the goldens of the
/// tokenizer and the published answers are for.
final class InterpreterWitness {
  /// Texts of similar length are computed together, so that each weight is read once for many.
  private static final int BATCH_TOKENS_MAX = 1024;

  private final Interpreter interpreter;
  private final Embedder candidate;

  InterpreterWitness(Graph graph, Embedder candidate) {
    this.interpreter = new Interpreter(graph);
    this.candidate = candidate;
  }

  /// Returns the probes with their vectors, in order.
  List<Reference> answer(List<Probe> probes, Progress progress) {
    var inputs =
        probes.stream().map(probe -> candidate.encode(probe.text(), probe.prompt())).toList();
    var order =
        IntStream.range(0, probes.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> inputs.get(i).length()))
            .toList();
    var references = new Reference[probes.size()];
    try (var task = progress.begin("Asking the interpreter", probes.size(), Progress.Unit.TEXTS)) {
      for (int from = 0; from < order.size(); ) {
        var batch = order.subList(from, end(order, from, inputs));
        var vectors = embed(batch.stream().map(inputs::get).toList());
        for (int row = 0; row < batch.size(); row++) {
          var probe = probes.get(batch.get(row));
          references[batch.get(row)] =
              new Reference(
                  Input.of(probe.text(), probe.prompt()),
                  candidate.pipeline().embedding().orElseThrow(),
                  vectors.row(row));
        }
        task.advance(batch.size());
        from += batch.size();
      }
    }
    return Arrays.asList(references);
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

  private Grid embed(List<EncodedText> batch) {
    var feeds = Feeds.of(batch, batch.getLast().length());
    return interpreter.run(Feeds.toGrids(feeds), "sentence_embedding");
  }
}
