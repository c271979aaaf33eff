package dev.embark.convert;

import static java.util.Objects.requireNonNull;

import dev.embark.backend.Backend;
import dev.embark.bundle.Output;
import dev.embark.embed.EncodedText;
import dev.embark.embed.Input;
import dev.embark.embed.ModelFiles;
import dev.embark.graph.Graph;
import dev.embark.graph.Grid;
import dev.embark.graph.Interpreter;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import dev.embark.pass.Channels;
import dev.embark.pass.Layers;
import dev.embark.pass.Pass;
import dev.embark.progress.Progress;
import dev.embark.target.onnx.Flavor;
import dev.embark.verify.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/// What some inputs show of a model in 32 bits: the values that go into its layers, and its
/// answers.
final class Calibration {
  /// Tokens on which the error of a layer is measured.
  private static final int TOKENS = 64;

  private static final long SEED = 5;

  private final Graph graph;
  private final Channels channels = new Channels();
  private final Map<Value, Sample> samples = new HashMap<>();
  private final List<Reference> answers = new ArrayList<>();

  private Calibration(Graph graph) {
    this.graph = graph;
  }

  /// Runs a model on inputs.
  ///
  /// @param files the model's tokenizer and pipeline
  /// @param inputs what the model's first output is asked for
  /// @param scratch where a file can be written that the caller removes
  static Calibration of(
      Graph graph,
      ModelFiles files,
      List<Input> inputs,
      Backend backend,
      Path scratch,
      Progress progress) {
    var calibration = new Calibration(graph);
    var output = files.pipeline().outputs().getFirst();
    var encoder = files.encoder(output);
    var layers = inputsOfLayers(graph);
    var answer = named(graph, output.port());
    var values = new LinkedHashSet<>(layers);
    values.add(answer);
    try (var inside = Inside.open(graph, List.copyOf(values), Flavor.PORTABLE, backend, scratch);
        var task = progress.begin("Calibrating", inputs.size(), Progress.Unit.TEXTS)) {
      for (var input : inputs) {
        var text = encoder.apply(input);
        if (text.length() > 0) {
          var found = inside.run(text, text.length());
          layers.forEach(layer -> calibration.add(layer, requireNonNull(found.get(layer))));
          calibration.answers.add(
              new Reference(input, output, own(requireNonNull(found.get(answer)), output, text)));
        }
        task.advance(1);
      }
    }
    return calibration;
  }

  private static Set<Value> inputsOfLayers(Graph graph) {
    var names = Set.copyOf(Layers.of(graph));
    var inputs = new LinkedHashSet<Value>();
    for (var node : graph.nodes()) {
      if (node.op() instanceof Op.Linear linear && names.contains(linear.weight().name())) {
        inputs.add(linear.input());
      }
    }
    return inputs;
  }

  private static Value named(Graph graph, String name) {
    return graph.outputs().stream()
        .filter(value -> value.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /// Returns the values of a text without those of positions that are not its own.
  private static float[] own(float[] values, Output output, EncodedText text) {
    return switch (output) {
      case Output.Embedding _, Output.Sparse _, Output.Score _ -> values;
      case Output.Lexical _ -> Arrays.copyOf(values, text.length());
      case Output.MultiVector vectors -> Arrays.copyOf(values, text.length() * vectors.dimension());
    };
  }

  private void add(Value layer, float[] tokens) {
    channels.add(layer, tokens);
    samples
        .computeIfAbsent(layer, value -> new Sample(Math.toIntExact(value.shape().size(-1))))
        .add(tokens);
  }

  Channels channels() {
    return channels;
  }

  /// Returns what the model answers.
  List<Reference> answers() {
    return answers;
  }

  /// Returns for each layer, by the name of its matrix, what share of its result a recipe changes:
  /// the length of the difference by the length of the result.
  Map<String, Double> errors(Recipe recipe) {
    var passes = recipe.layerPasses(channels, Set.of());
    var errors = new HashMap<String, Double>();
    for (var node : graph.nodes()) {
      if (node.op() instanceof Op.Linear linear && samples.containsKey(linear.input())) {
        var sample = requireNonNull(samples.get(linear.input())).grid();
        var alone =
            new Graph(
                linear.weight().name(),
                List.of(linear.input()),
                List.of(node),
                List.of(node.output()));
        double error = difference(alone, Pass.applyAll(alone, passes), sample);
        errors.merge(linear.weight().name(), error, Math::max);
      }
    }
    return errors;
  }

  private static double difference(Graph exact, Graph changed, Grid tokens) {
    var name = exact.outputs().getFirst().name();
    var feeds = Map.of(exact.inputs().getFirst().name(), tokens);
    double[] want = new Interpreter(exact).run(feeds, name).values();
    double[] got = new Interpreter(changed).run(feeds, name).values();
    double off = 0;
    double whole = 0;
    for (int i = 0; i < want.length; i++) {
      off += (want[i] - got[i]) * (want[i] - got[i]);
      whole += want[i] * want[i];
    }
    return whole == 0 ? 0 : Math.sqrt(off / whole);
  }

  /// Some of the tokens that went into a layer, each with the same chance, and the same ones at
  /// every run.
  private static final class Sample {
    private final float[] kept;
    private final int width;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private long seen;

    private Sample(int width) {
      this.width = width;
      this.kept = new float[TOKENS * width];
    }

    void add(float[] tokens) {
      for (int from = 0; from < tokens.length; from += width) {
        long place = seen < TOKENS ? seen : random.nextLong(seen + 1);
        if (place < TOKENS) {
          System.arraycopy(tokens, from, kept, (int) place * width, width);
        }
        seen++;
      }
    }

    Grid grid() {
      int count = (int) Math.min(seen, TOKENS);
      var values = new double[count * width];
      for (int i = 0; i < values.length; i++) {
        values[i] = kept[i];
      }
      return new Grid(new long[] {1, count, width}, values);
    }
  }
}
