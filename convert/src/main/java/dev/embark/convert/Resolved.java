package dev.embark.convert;

import dev.embark.family.Families;
import dev.embark.graph.Op;
import dev.embark.graph.Sight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// Recipes as they suit a model, and the model as it suits the recipes.
///
/// @param notes what became of a wish, in sentences
record Resolved(Families.Model model, List<Recipe> recipes, List<String> notes) {
  Resolved {
    recipes = List.copyOf(recipes);
    notes = List.copyOf(notes);
  }

  static Resolved of(List<Recipe> wanted, Families.Model model) {
    var notes = new ArrayList<String>();
    var recipes = new LinkedHashMap<Precision, Recipe>();
    for (var recipe : wanted) {
      var suited = recipe;
      if (recipe.precision() == Precision.INT8 && isDecoder(model)) {
        // Single channels of a decoder are thousands of times as large as others: no scale fits.
        suited = recipe.with(Precision.INT8_WEIGHTS);
        notes.add(
            "int8 of a decoder is int8-weights: tokens of 8 bits would lose what makes its vectors"
                + " differ.");
      }
      if (recipes.putIfAbsent(suited.precision(), suited) == null) {
        onlyRuntime(suited).ifPresent(notes::add);
      }
    }
    return new Resolved(fitted(model, wanted), List.copyOf(recipes.values()), notes);
  }

  /// Returns why a variant is for one runtime only, if it is.
  private static Optional<String> onlyRuntime(Recipe recipe) {
    return switch (recipe.flavor()) {
      case PORTABLE -> Optional.empty();
      case ORT ->
          Optional.of(
              recipe.precision().key()
                  + " is for ONNX Runtime only, whose fused operators are faster; --flavor portable"
                  + " has standard ones.");
    };
  }

  private static boolean isDecoder(Families.Model model) {
    return model.graph().nodes().stream()
        .anyMatch(node ->
            node.op() instanceof Op.Attention attention
                && switch (attention.heads().sight()) {
                  case Sight.All _, Sight.Near _ -> false;
                  case Sight.Causal _, Sight.CausalNear _ -> true;
                });
  }

  /// Returns the model with a limit that all files can keep.
  private static Families.Model fitted(Families.Model model, List<Recipe> recipes) {
    int limit = model.pipeline().maxTokens();
    for (var recipe : recipes) {
      limit =
          switch (recipe.shapes()) {
            case Shapes.Dynamic() -> limit;
            case Shapes.Fixed(_, int sequence) -> Math.min(limit, sequence);
          };
    }
    return new Families.Model(
        model.family(), model.architecture(), model.graph(), model.pipeline().withMaxTokens(limit));
  }
}
