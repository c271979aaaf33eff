package dev.embark.convert;

import dev.embark.bundle.Manifest;
import dev.embark.graph.Graph;
import dev.embark.pass.CastToHalf;
import dev.embark.pass.Channels;
import dev.embark.pass.FixShapes;
import dev.embark.pass.PackProjections;
import dev.embark.pass.Pass;
import dev.embark.pass.QuantizeInt8;
import dev.embark.pass.QuantizeTables;
import dev.embark.pass.QuantizeWeights;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.target.coreml.CoreMlSettings;
import dev.embark.target.onnx.Flavor;
import dev.embark.target.onnx.OnnxTarget;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// How a graph becomes a file: precision, kind of file, shapes, and the passes that follow from
/// them.
///
/// @param first passes before all others
public record Recipe(Precision precision, Target target, Shapes shapes, List<Pass> first) {
  static final String TABLE = "table";

  /// Values of a row that share a scale.
  private static final int BLOCK = 32;

  public Recipe {
    first = List.copyOf(first);
  }

  /// Returns the recipe of an ONNX file in 32-bit floats for inputs of any size.
  public static Recipe onnx(Flavor flavor) {
    return of(Precision.FP32, flavor);
  }

  /// Returns the recipe of an ONNX file for inputs of any size.
  public static Recipe of(Precision precision, Flavor flavor) {
    return new Recipe(precision, new Target.Onnx(flavor), new Shapes.Dynamic(), List.of());
  }

  /// Returns the recipe of Core ML packages for one text of up to so many tokens: a package for
  /// each length, or a program in one package where the target knows of that.
  public static Recipe coreMl(Precision precision, Target.CoreMl target, List<Integer> lengths) {
    return new Recipe(precision, target, new Shapes.Fixed(1, lengths), List.of());
  }

  /// Returns the recipe of a file for a SOPHON device, which holds a network for each length.
  public static Recipe sophon(Precision precision, Target.Sophon target, List<Integer> lengths) {
    return new Recipe(precision, target, new Shapes.Fixed(1, lengths), List.of());
  }

  /// Returns the recipe of files for an NPU of Rockchip's, one for each length, in 16-bit floats.
  public static Recipe rknn(Target.Rknn target, List<Integer> lengths) {
    return new Recipe(Precision.FP16, target, new Shapes.Fixed(1, lengths), List.of());
  }

  /// Returns this recipe for each of its lengths, the longest first; itself where it takes all.
  Map<Integer, Recipe> byLength() {
    var recipes = new LinkedHashMap<Integer, Recipe>();
    switch (shapes) {
      case Shapes.Dynamic() -> recipes.put(0, this);
      case Shapes.Fixed(int batch, var lengths) ->
          lengths
              .reversed()
              .forEach(length -> recipes.put(length, with(new Shapes.Fixed(batch, length))));
    }
    return recipes;
  }

  /// Returns this recipe for inputs of other sizes.
  public Recipe with(Shapes other) {
    return new Recipe(precision, target, other, first);
  }

  /// Returns this recipe for another kind of file.
  Recipe with(Target other) {
    return new Recipe(precision, other, shapes, first);
  }

  /// Returns this recipe for another precision.
  Recipe with(Precision other) {
    return new Recipe(other, target, shapes, first);
  }

  /// Returns this recipe with one more pass before the others.
  public Recipe withFirst(Pass pass) {
    var longer = new ArrayList<Pass>();
    longer.add(pass);
    longer.addAll(first);
    return new Recipe(precision, target, shapes, longer);
  }

  /// Returns the passes in order where nothing has to be measured.
  List<Pass> passes() {
    return passes(new Channels(), Set.of());
  }

  /// Returns the passes in order.
  ///
  /// @param channels what calibration has shown of the layers' inputs
  /// @param kept names of matrices that are not quantised
  List<Pass> passes(Channels channels, Set<String> kept) {
    var passes = new ArrayList<>(first);
    switch (target) {
      case Target.Onnx(var flavor) -> onnx(flavor, channels, kept, passes);
      // They store and compute as their own precision says.
      case Target.CoreMl _, Target.Rknn _, Target.Sophon _ -> {}
    }
    switch (shapes) {
      case Shapes.Dynamic() -> {}
      case Shapes.Fixed fixed -> passes.add(FixShapes.of(fixed.batch(), fixed.longest()));
    }
    return passes;
  }

  private void onnx(Flavor flavor, Channels channels, Set<String> kept, List<Pass> passes) {
    switch (precision) {
      case FP32 -> packed(flavor, passes);
      case FP16 -> {
        packed(flavor, passes);
        passes.add(new CastToHalf());
      }
      case BF16 ->
          throw new Problem(
              Category.UNSUPPORTED,
              "Embark does not write ONNX files in bf16.",
              "Runtimes compute hardly any operator in it on a CPU.",
              "Choose fp32 or fp16; bf16 is for --to sophon.");
      case INT8, INT8_WEIGHTS, INT4 -> {
        passes.addAll(layerPasses(channels, kept));
        passes.add(new QuantizeTables());
      }
    }
  }

  /// Returns the passes that quantise layers.
  List<Pass> layerPasses(Channels channels, Set<String> kept) {
    return switch (precision) {
      case FP32, FP16, BF16 -> List.of();
      case INT8 -> List.of(new QuantizeInt8(channels, kept));
      case INT8_WEIGHTS -> List.of(new QuantizeWeights(8, BLOCK, channels, kept));
      case INT4 -> List.of(new QuantizeWeights(4, BLOCK, channels, kept));
    };
  }

  /// A packed projection would have to be unpacked to be quantised layer by layer.
  private static void packed(Flavor flavor, List<Pass> passes) {
    switch (flavor) {
      case PORTABLE -> {}
      case ORT -> passes.add(new PackProjections());
    }
  }

  /// Returns whether layers can be kept out of it.
  boolean isQuantized() {
    return switch (precision) {
      case FP32, FP16, BF16 -> false;
      case INT8, INT8_WEIGHTS, INT4 -> true;
    };
  }

  /// Returns the recipes to be tried in this order until one passes its proof.
  List<Recipe> attempts() {
    return switch (target) {
      case Target.Onnx _, Target.Rknn _, Target.Sophon _ -> List.of(this);
      case Target.CoreMl coreMl ->
          precision == Precision.FP32
              ? List.of(this)
              : List.of(this, with(coreMl.with(CoreMlSettings.Sensitive.WIDE)));
    };
  }

  Manifest.Recipe toManifest(Graph converted, String calibration) {
    var passes = passes().stream().map(Pass::name).toList();
    return switch (target) {
      case Target.Onnx(var flavor) ->
          new Manifest.Recipe(
              target.key(),
              flavor.key(),
              precision.key(),
              OnnxTarget.opset(converted),
              passes,
              calibration);
      case Target.CoreMl(_, var opset, var sensitive) ->
          new Manifest.Recipe(
              target.key(),
              sensitive == CoreMlSettings.Sensitive.WIDE ? "norms and scores in fp32" : "plain",
              precision.key(),
              opset.number(),
              passes,
              calibration);
      case Target.Rknn(_, var chip) ->
          new Manifest.Recipe(target.key(), chip, precision.key(), 0, passes, calibration);
      case Target.Sophon(_, var chip) ->
          new Manifest.Recipe(target.key(), chip, precision.key(), 0, passes, calibration);
    };
  }

  /// Returns what a manifest says of a table of token vectors.
  static Manifest.Recipe ofTable() {
    return new Manifest.Recipe(
        TABLE, Flavor.PORTABLE.key(), Precision.FP32.key(), 0, List.of(), "");
  }
}
