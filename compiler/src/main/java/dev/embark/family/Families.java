package dev.embark.family;

import dev.embark.bundle.Pipeline;
import dev.embark.checkpoint.Checkpoint;
import dev.embark.checkpoint.Config;
import dev.embark.graph.Graph;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;

/// Every architecture Embark knows, and the way from a checkpoint to its graph.
public final class Families {
  private static final int NEAREST_SHOWN = 3;

  /// Inputs that every graph has, in the order people expect; a family may add others.
  private static final List<String> INPUTS = List.of("input_ids", "attention_mask");

  private Families() {}

  /// A checkpoint written as a graph.
  ///
  /// @param family name of the family's file
  /// @param architecture name in `config.json`
  /// @param graph inputs `input_ids`, `attention_mask`, … `[batch, sequence]`; outputs
  ///   `last_hidden_state` `[batch, sequence, hidden]` and those the pipeline lists
  /// @param pipeline the checkpoint's pipeline, its limit capped to the positions the family has
  public record Model(String family, String architecture, Graph graph, Pipeline pipeline) {
    /// Returns the number of attention layers.
    public int layers() {
      return (int) graph.nodes().stream().filter(node -> node.op() instanceof Op.Attention).count();
    }

    /// Returns the width of the token vectors.
    public int hiddenSize() {
      return (int) graph.outputs().getFirst().shape().size(-1);
    }

    /// Returns the number of token ids the model has vectors for.
    public int vocabSize() {
      return graph.nodes().stream()
          .mapMultiToInt((node, sizes) -> {
            if (node.op() instanceof Op.Embedding(var table, var ids)
                && ids.name().equals("input_ids")) {
              sizes.accept((int) table.shape().size(0));
            }
          })
          .findFirst()
          .orElse(0);
    }
  }

  /// What one family can read, for people.
  ///
  /// @param comparedWith what its answers have been held against, in words
  public record Entry(
      String family,
      String modelType,
      List<String> architectures,
      List<String> checkpoints,
      String comparedWith) {}

  private static List<Family> all() {
    return List.of(
        new Bert(),
        new Roberta(),
        new Mpnet(),
        new DistilBert(),
        new Electra(),
        new Albert(),
        new Qwen3(),
        new Qwen2(),
        new Llama(),
        new Mistral(),
        new ModernBert(),
        new Gemma3(),
        new NomicBert(),
        new GteNew(),
        new JinaBert(),
        new T5Encoder(),
        new DebertaV2(),
        new Static());
  }

  /// Returns what Embark supports, one entry a family.
  public static List<Entry> entries() {
    return all().stream()
        .map(family ->
            new Entry(
                name(family),
                family.modelType(),
                family.architectures(),
                family.checkpoints(),
                family.comparedWith()))
        .toList();
  }

  private static String name(Family family) {
    return family.getClass().getSimpleName();
  }

  /// Builds the graph of a model: the encoder, and on top of it what the pipeline lists.
  public static Model build(Checkpoint checkpoint) {
    var config = checkpoint.config();
    var family = of(config);
    config.requireRemoteClasses(family.remoteClasses());
    requireEncoder(config);
    var pipeline = capped(checkpoint.pipeline(), family.positionsMax(config));
    var weights = family.sanitize(checkpoint.weights());
    var graph = new GraphBuilder(family.modelType());
    INPUTS.forEach(graph::tokens);
    var tokens = family.build(graph, config, weights);
    var heads = new Heads(family, graph, config, weights);
    var results = new LinkedHashMap<String, Value>();
    results.put("last_hidden_state", tokens);
    for (var output : pipeline.outputs()) {
      results.put(output.port(), heads.append(output, tokens));
    }
    config.requireAllKnown(name(family));
    weights.requireComplete(config.origin());
    results.forEach(graph::output);
    return new Model(name(family), config.architectures().getFirst(), graph.build(), pipeline);
  }

  /// Refuses what transformers writes into every configuration and what makes another model of it.
  private static void requireEncoder(Config config) {
    config.requireUnlessAbsent("is_decoder", false);
    config.requireUnlessAbsent("add_cross_attention", false);
    config.requireUnlessAbsent("pruned_heads", "{}");
  }

  private static Pipeline capped(Pipeline pipeline, int positionsMax) {
    if (pipeline.maxTokens() <= positionsMax) {
      return pipeline;
    }
    var notes = new ArrayList<>(pipeline.notes());
    notes.add(
        "The limit of "
            + pipeline.maxTokens()
            + " tokens is lowered to "
            + positionsMax
            + ": the model has no more positions.");
    return pipeline.withMaxTokens(positionsMax).withNotes(notes);
  }

  /// Returns the name of the family that reads this configuration's architecture; throws a
  /// `Problem` where none does. Whether the weights fit, [#build] finds out.
  public static String supporting(Config config) {
    return name(of(config));
  }

  private static Family of(Config config) {
    var wanted = config.architectures();
    for (var family : all()) {
      if (wanted.stream().anyMatch(family.architectures()::contains)) {
        return family;
      }
    }
    if (wanted.isEmpty()) {
      throw new Problem(
          Category.BAD_INPUT,
          config.origin() + ": field architectures is missing.",
          "Without it the weights cannot be read.",
          "Take config.json from the model's repository.");
    }
    throw unknown(config, wanted.getFirst());
  }

  private static Problem unknown(Config config, String wanted) {
    var known = all().stream().flatMap(family -> family.architectures().stream()).toList();
    var nearest =
        known.stream()
            .sorted(Comparator.comparingInt(name -> distance(name, wanted)))
            .limit(NEAREST_SHOWN)
            .toList();
    return new Problem(
        Category.UNSUPPORTED,
        config.origin() + ": architecture \"" + wanted + "\" is not supported.",
        "Nearest names: " + String.join(", ", nearest) + ".",
        "Convert a model of a supported architecture; `embark models` lists all "
            + known.size()
            + ".");
  }

  /// Returns the edit distance of two names (Levenshtein).
  private static int distance(String left, String right) {
    var row = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int substituted = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[right.length()];
  }
}
