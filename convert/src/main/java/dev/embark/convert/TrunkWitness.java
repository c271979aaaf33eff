package dev.embark.convert;

import static java.util.Objects.requireNonNull;

import dev.embark.backend.Backend;
import dev.embark.backend.Executable;
import dev.embark.backend.Observed;
import dev.embark.bundle.Figures;
import dev.embark.bundle.Proof.Testimony;
import dev.embark.bundle.TrunkPorts;
import dev.embark.graph.Graph;
import dev.embark.graph.Grid;
import dev.embark.graph.Interpreter;
import dev.embark.pass.Split;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Tensor;
import dev.embark.verify.Comparison;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a device made of the layers, token by token, held against the interpreter on the very
/// numbers that the device was given. A mean over tokens would hide one that is far off.
///
/// It looks on while the device computes the probes, so that it costs the device nothing.
final class TrunkWitness implements Observed.Observer {
  private static final int RUNS_MAX = 8;

  /// Share of what the interpreter is asked for texts that it is asked for tokens as well.
  private static final int SHARE = 4;

  private final Graph graph;
  private final int width;

  /// What the device was given, a text each, and what it made of it: `[tokens, width]`.
  private final List<float[]> embeds = new ArrayList<>();

  private final List<float[]> hidden = new ArrayList<>();
  private long left;

  /// Prepares to look on.
  ///
  /// @param graph of the whole model
  /// @param width of its layers
  TrunkWitness(Graph graph, int width) {
    this.graph = graph;
    this.width = width;
    this.left = Work.of(graph).tokens() / SHARE;
  }

  /// Returns a backend that this looks at.
  Backend lookingAt(Backend backend) {
    return new Observed(backend, this);
  }

  @Override
  public void run(
      Path file, Executable own, Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    own.run(inputs, outputs);
    var made = outputs.get(TrunkPorts.HIDDEN);
    var given = inputs.get(TrunkPorts.EMBEDS);
    if (made != null && given != null) {
      keep(tokens(inputs, given), given, made);
    }
  }

  private synchronized void keep(int tokens, Tensor given, Tensor made) {
    if (embeds.size() < RUNS_MAX && tokens <= left) {
      embeds.add(floats(given, tokens * width));
      hidden.add(floats(made, tokens * width));
      left -= tokens;
    }
  }

  /// Returns how many tokens are a text's: padding is computed too, and means nothing where the
  /// device is told of it. Where it is not, padding is tokens like any other.
  private static int tokens(Map<String, Tensor> inputs, Tensor embeds) {
    int sequence = (int) embeds.shape().size(1);
    var bias = inputs.get(TrunkPorts.BIAS);
    if (bias == null) {
      return sequence;
    }
    int tokens = 0;
    while (tokens < sequence
        && bias.bytes().getAtIndex(ValueLayout.JAVA_FLOAT, tokens) != TrunkPorts.UNSEEN) {
      tokens++;
    }
    return tokens;
  }

  private static float[] floats(Tensor tensor, int count) {
    return tensor.bytes().asSlice(0, (long) count * Float.BYTES).toArray(ValueLayout.JAVA_FLOAT);
  }

  /// Returns what the interpreter says of what was seen; throws a `Problem` of category
  /// `VERIFICATION_FAILED` where a token is further off than `cosine`.
  synchronized List<Testimony> testify(double cosine) {
    if (embeds.isEmpty()) {
      return List.of();
    }
    var trunk = Split.of(graph).trunk();
    var interpreter = new Interpreter(trunk);
    var expected = embeds.stream().map(given -> expected(trunk, interpreter, given)).toList();
    var comparison = Comparison.ofTokens(expected, hidden, width);
    if (!(comparison.figures() instanceof Figures.Vectors figures)) {
      throw new IllegalStateException("vectors of tokens have figures of vectors");
    }
    if (figures.nonFinite() > 0 || !(figures.cosineMin() >= cosine)) {
      throw furtherOff(figures, cosine);
    }
    return List.of(
        new Testimony.Vectors(
            "tokens",
            "The reference interpreter on the layers alone, token by token, given what the device"
                + " was given.",
            TrunkPorts.HIDDEN,
            figures));
  }

  private static Problem furtherOff(Figures.Vectors figures, double cosine) {
    return new Problem(
        Category.VERIFICATION_FAILED,
        "FAIL: the layers on the device are not those of the original.",
        String.format(
            Locale.ROOT,
            "Of the tokens' vectors %d values are not finite, the smallest cosine is %.6f, allowed"
                + " is %.6f.",
            figures.nonFinite(),
            figures.cosineMin(),
            cosine),
        "Report it with the name of the checkpoint; ONNX may work meanwhile.");
  }

  private float[] expected(Graph trunk, Interpreter interpreter, float[] given) {
    int tokens = given.length / width;
    var feeds = new HashMap<String, Grid>();
    var values = new double[given.length];
    Arrays.setAll(values, i -> given[i]);
    feeds.put(TrunkPorts.EMBEDS, new Grid(new long[] {1, tokens, width}, values));
    var seen = new long[1][tokens];
    Arrays.fill(seen[0], 1);
    for (var input : trunk.inputs()) {
      feeds.computeIfAbsent(input.name(), _ -> Grid.ofIntegers(seen));
    }
    return requireNonNull(interpreter.run(feeds, TrunkPorts.HIDDEN)).positions(0, tokens);
  }
}
