package dev.embark.convert;

import static java.util.Objects.requireNonNull;

import dev.embark.backend.Backend;
import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.Chain;
import dev.embark.bundle.Output;
import dev.embark.bundle.Variant.Layer;
import dev.embark.convert.Quantizing.Keeping;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Engine;
import dev.embark.embed.Input;
import dev.embark.embed.ModelFiles;
import dev.embark.embed.Prompt;
import dev.embark.embed.TextPair;
import dev.embark.graph.Graph;
import dev.embark.pass.Layers;
import dev.embark.pass.Pass;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.target.onnx.OnnxTarget;
import dev.embark.verify.Reference;
import dev.embark.verify.Replay;
import dev.embark.verify.Tolerance;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Chooses the layers of a model that stay in 32 bits.
///
/// The error of each layer says in which order they are kept, and the answers of the whole model
/// how many must be: as few as keep them within the limits of the precision.
final class Tuning {
  /// What parts of a model's layers are kept, from a twentieth to all.
  private static final int[] PARTS = {20, 12, 8, 6, 4, 3, 2};

  /// What share of the limits an answer on these texts may use up, so that others are within them.
  private static final double HEADROOM = 0.9;

  private final Graph graph;
  private final ModelFiles files;
  private final Quantizing quantizing;
  private final BundleWriter bundle;
  private final Backend backend;
  private final Progress progress;
  private Optional<Calibration> calibration = Optional.empty();
  private int attempts;

  /// Prepares to tune recipes for a model.
  ///
  /// @param files tokenizer and pipeline of the model
  Tuning(
      Graph graph,
      ModelFiles files,
      Quantizing quantizing,
      BundleWriter bundle,
      Backend backend,
      Progress progress) {
    this.graph = graph;
    this.files = files;
    this.quantizing = quantizing;
    this.bundle = bundle;
    this.backend = backend;
    this.progress = progress;
  }

  /// A graph that a recipe made, and what became of each layer.
  record Tuned(Graph graph, List<Layer> layers) {
    Tuned {
      layers = List.copyOf(layers);
    }
  }

  Tuned tune(Recipe recipe) {
    var errors = calibration().errors(recipe);
    var kept =
        switch (quantizing.keeping()) {
          case Keeping.Named(var patterns) -> named(patterns);
          case Keeping.Measured() -> measured(recipe, errors);
        };
    var layers =
        Layers.of(graph).stream()
            .map(name ->
                new Layer(
                    name,
                    (kept.contains(name) ? Precision.FP32 : recipe.precision()).key(),
                    requireNonNull(errors.get(name))))
            .toList();
    return new Tuned(applied(recipe, kept), layers);
  }

  private Graph applied(Recipe recipe, Set<String> kept) {
    return Pass.applyAll(graph, recipe.passes(calibration().channels(), kept));
  }

  private Calibration calibration() {
    if (calibration.isEmpty()) {
      calibration =
          Optional.of(
              Calibration.of(
                  graph,
                  files,
                  inputs(),
                  backend,
                  bundle.scratch("calibration/model.onnx"),
                  progress));
    }
    return calibration.get();
  }

  /// Returns the texts of the corpus as the model's first output takes them.
  private List<Input> inputs() {
    var texts = new ArrayList<>(quantizing.corpus().texts());
    texts.addAll(Probes.fixed());
    var inputs = new ArrayList<Input>();
    for (int i = 0; i < texts.size(); i++) {
      var text = texts.get(i);
      inputs.add(
          switch (files.pipeline().outputs().getFirst()) {
            case Output.Score _ -> Input.of(new TextPair(text, texts.get((i + 1) % texts.size())));
            case Output.Embedding _, Output.Sparse _, Output.Lexical _, Output.MultiVector _ ->
                Input.of(text, new Prompt.Default());
          });
    }
    return inputs;
  }

  /// Returns the layers that any of the patterns names; throws a `Problem` for one that names none.
  private Set<String> named(List<String> patterns) {
    var kept = new HashSet<String>();
    for (var pattern : patterns) {
      var regex = Pattern.compile(Pattern.quote(pattern).replace("*", "\\E.*\\Q"));
      var matching =
          Layers.of(graph).stream()
              .filter(name -> regex.matcher(name).matches())
              .collect(Collectors.toSet());
      if (matching.isEmpty() && !pattern.equals("none")) {
        throw new Problem(
            Category.WRONG_USAGE,
            "--keep " + pattern + " names no layer that could be quantised.",
            "The first of them is " + Layers.of(graph).stream().findFirst().orElse("none") + ".",
            "Take names as `embark inspect` shows them, with * for any characters.");
      }
      kept.addAll(matching);
    }
    return kept;
  }

  /// Returns the smallest set of layers, of those tried, without which the answers are good.
  ///
  /// Two orders are tried side by side. Those that quantising changes most are an obvious choice.
  /// But where a model makes up its mind early which tokens it will not look at again, the first
  /// layers decide, however small their own errors are.
  private Set<String> measured(Recipe recipe, Map<String, Double> errors) {
    var fromTheFront = List.copyOf(Layers.of(graph));
    var worstFirst =
        fromTheFront.stream()
            .sorted(Comparator.comparingDouble((String name) -> -errors.getOrDefault(name, 0.0)))
            .toList();
    if (isGood(recipe, Set.of())) {
      return Set.of();
    }
    for (int part : PARTS) {
      int count = Math.ceilDiv(fromTheFront.size(), part);
      for (var order : List.of(worstFirst, fromTheFront)) {
        var kept = Set.copyOf(order.subList(0, count));
        if (isGood(recipe, kept)) {
          return kept;
        }
      }
    }
    return Set.copyOf(fromTheFront);
  }

  /// Returns whether the answers of the whole model are well within the limits of its precision.
  private boolean isGood(Recipe recipe, Set<String> kept) {
    attempts++;
    var name = "tuning-" + attempts + "/model.onnx";
    var file = bundle.scratch(name);
    switch (recipe.target()) {
      case Target.Onnx(var flavor) -> OnnxTarget.emit(applied(recipe, kept), flavor, file);
      case Target.CoreMl _, Target.Rknn _, Target.Sophon _ ->
          throw new IllegalStateException("nothing is tuned for " + recipe.target());
    }
    var chain = Chain.ofOneFile(name, backend.name(), bundle.folder().relativize(file).toString());
    var attempt = new ModelFiles(files.folder(), files.model(), files.pipeline(), chain);
    var limits = Tolerance.of(recipe.precision().key(), Target.Onnx.KEY, files.pipeline());
    limits.replaceAll((output, limit) -> limit.tightened(HEADROOM));
    try (var engine = Engine.open(attempt, backend, EmbedSettings.defaults())) {
      // Apart, because a few dozen odd texts would not be seen among hundreds of ordinary ones.
      return byKind().stream()
          .allMatch(answers -> Replay.run(engine, answers, limits, progress).isPass());
    }
  }

  /// Returns the answers to the texts of every proof, and those to the corpus.
  private Collection<List<Reference>> byKind() {
    var probes = Set.copyOf(Probes.fixed());
    return calibration().answers().stream()
        .collect(
            Collectors.groupingBy(reference ->
                switch (reference.input()) {
                  case Input.Text(var text, _, _) -> probes.contains(text);
                  case Input.Pair(var texts, _, _) -> probes.contains(texts.query());
                }))
        .values();
  }
}
