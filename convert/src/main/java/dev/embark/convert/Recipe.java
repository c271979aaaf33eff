package dev.embark.convert;

import dev.embark.bundle.Manifest;
import dev.embark.pass.PackProjections;
import dev.embark.pass.Pass;
import dev.embark.target.onnx.Flavor;
import dev.embark.target.onnx.OnnxTarget;
import java.util.ArrayList;
import java.util.List;

/// How a graph becomes files: target, flavour, precision, and the passes before it, in order.
public record Recipe(String target, Flavor flavor, List<Pass> passes) {
  private static final String ONNX = "onnx";

  public Recipe {
    passes = List.copyOf(passes);
  }

  /// Returns the recipe of an ONNX file in 32-bit floats.
  public static Recipe onnx(Flavor flavor) {
    return new Recipe(
        ONNX,
        flavor,
        switch (flavor) {
          case PORTABLE -> List.of();
          case ORT -> List.of(new PackProjections());
        });
  }

  /// Returns the recipe of a table of token vectors, which any flavour would say alike.
  static Recipe table() {
    return new Recipe("table", Flavor.PORTABLE, List.of());
  }

  /// Returns this recipe with one more pass before the others.
  public Recipe withFirst(Pass pass) {
    var longer = new ArrayList<Pass>();
    longer.add(pass);
    longer.addAll(passes);
    return new Recipe(target, flavor, longer);
  }

  /// Returns the precision of the weights and of the computation.
  String precision() {
    return "fp32";
  }

  Manifest.Recipe toManifest() {
    return new Manifest.Recipe(
        target,
        flavor.key(),
        precision(),
        target.equals(ONNX) ? OnnxTarget.OPSET : 0,
        passes.stream().map(Pass::name).toList(),
        "");
  }
}
