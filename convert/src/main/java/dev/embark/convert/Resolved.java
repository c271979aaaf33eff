package dev.embark.convert;

import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.family.Families;
import dev.embark.graph.Op;
import dev.embark.target.onnx.Flavor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// Recipes as they suit a model, and the model as it suits the recipes.
///
/// @param notes what became of a wish, in sentences
record Resolved(Families.Model model, List<Recipe> recipes, List<String> notes) {
  /// Tokens of a short text.
  private static final int SHORT = 16;

  private static final int CHARS_OF_TOKEN = 4;

  /// Texts that a simulator should compute at the shortest length.
  private static final int PROOF_TEXTS = 2;

  Resolved {
    recipes = List.copyOf(recipes);
    notes = List.copyOf(notes);
  }

  static Resolved of(List<Recipe> wanted, Families.Model model) {
    var notes = new ArrayList<String>();
    var recipes = new LinkedHashMap<List<Object>, Recipe>();
    for (var recipe : wanted) {
      var suited = suited(recipe, model, notes);
      var kind = List.<Object>of(suited.target().key(), suited.precision());
      if (recipes.putIfAbsent(kind, suited) == null) {
        onlyRuntime(suited).ifPresent(notes::add);
      }
    }
    var all = List.copyOf(recipes.values());
    return new Resolved(fitted(only(model, all, notes), all), all, notes);
  }

  private static Recipe suited(Recipe recipe, Families.Model model, List<String> notes) {
    return switch (recipe.target()) {
      case Target.Onnx _ -> {
        if (recipe.precision() != Precision.INT8 || !isDecoder(model)) {
          yield recipe;
        }
        // Single channels of a decoder are thousands of times as large as others: no scale fits.
        notes.add(
            "int8 of a decoder is int8-weights: tokens of 8 bits would lose what makes its vectors"
                + " differ.");
        yield recipe.with(Precision.INT8_WEIGHTS);
      }
      case Target.CoreMl _, Target.Rknn _ -> recipe.with(upToLimit(recipe.shapes(), model));
      case Target.Sophon _ ->
          recipe.with(
              provable(
                  upToLimit(recipe.shapes(), model),
                  Work.of(model.graph()),
                  model.pipeline(),
                  notes));
    };
  }

  private static Shapes upToLimit(Shapes shapes, Families.Model model) {
    return switch (shapes) {
      case Shapes.Dynamic dynamic -> dynamic;
      case Shapes.Fixed fixed -> fixed.upTo(model.pipeline().maxTokens());
    };
  }

  /// Returns lengths of which a bit-level simulator can compute at least one: where the model is
  /// large, that is one more, whose network has the weights of all others.
  static Shapes provable(Shapes shapes, Work work, Pipeline pipeline, List<String> notes) {
    return switch (shapes) {
      case Shapes.Dynamic dynamic -> dynamic;
      case Shapes.Fixed fixed -> {
        int shortest = fixed.lengths().getFirst();
        int added = shortestProof(pipeline);
        boolean isQuick = (long) PROOF_TEXTS * shortest <= work.simulated();
        if (isQuick || added >= shortest) {
          yield fixed;
        }
        notes.add(
            "A network for %d tokens is added, of the same weights: the simulator would take hours for %d."
                .formatted(added, shortest));
        yield fixed.with(added);
      }
    };
  }

  /// Returns a length that holds a short text, and what a prompt puts around it.
  private static int shortestProof(Pipeline pipeline) {
    int around =
        switch (pipeline.score().map(Output.Score::pairing).orElse(new Output.Pairing.Template())) {
          case Output.Pairing.Template() -> 0;
          case Output.Pairing.Prompted(var prefix, var body, var suffix, var instruction) ->
              (prefix.length() + body.length() + suffix.length() + instruction.length())
                  / CHARS_OF_TOKEN;
        };
    return Math.ceilDiv(around, SHORT) * SHORT + SHORT;
  }

  /// Returns the model with what all targets can give: Core ML packages give one vector or score.
  private static Families.Model only(
      Families.Model model, List<Recipe> recipes, List<String> notes) {
    var pipeline = model.pipeline();
    boolean isOne = recipes.stream().anyMatch(each -> each.target() instanceof Target.CoreMl);
    var vector = pipeline.embedding();
    if (!isOne || pipeline.outputs().size() == 1 || vector.isEmpty()) {
      return model;
    }
    notes.add(
        "The package gives %s only, of %s."
            .formatted(
                vector.get().port(),
                String.join(", ", pipeline.outputs().stream().map(Output::port).toList())));
    return new Families.Model(
        model.family(), model.architecture(), model.graph(), pipeline.withOnly(vector.get()));
  }

  /// Returns why a variant is for one runtime only, if it is.
  private static Optional<String> onlyRuntime(Recipe recipe) {
    boolean isOnlyRuntime =
        switch (recipe.target()) {
          case Target.Onnx(var flavor) -> flavor == Flavor.ORT;
          case Target.CoreMl _, Target.Rknn _, Target.Sophon _ -> false;
        };
    return isOnlyRuntime
        ? Optional.of(
            recipe.precision().key()
                + " is for ONNX Runtime only, whose fused operators are faster; --flavor portable"
                + " has standard ones.")
        : Optional.empty();
  }

  private static boolean isDecoder(Families.Model model) {
    return model.graph().nodes().stream()
        .anyMatch(node ->
            node.op() instanceof Op.Attention attention && attention.heads().sight().isCausal());
  }

  /// Returns the model with a limit that all files can keep.
  private static Families.Model fitted(Families.Model model, List<Recipe> recipes) {
    int limit = model.pipeline().maxTokens();
    for (var recipe : recipes) {
      limit =
          switch (recipe.shapes()) {
            case Shapes.Dynamic() -> limit;
            case Shapes.Fixed fixed -> Math.min(limit, fixed.longest());
          };
    }
    return new Families.Model(
        model.family(), model.architecture(), model.graph(), model.pipeline().withMaxTokens(limit));
  }
}
