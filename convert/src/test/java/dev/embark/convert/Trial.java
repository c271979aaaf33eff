package dev.embark.convert;

import dev.embark.Devices;
import dev.embark.Embark;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.WantedVariant;
import dev.embark.checkpoint.Description;
import dev.embark.convert.Conversion.Machine;
import dev.embark.convert.Conversion.Order;
import dev.embark.convert.Conversion.Trust;
import dev.embark.embed.EmbedSettings;
import dev.embark.progress.Progress;
import dev.embark.target.onnx.Flavor;
import java.nio.file.Path;
import java.util.List;

/// A conversion as a test asks for it: through the public API, everything but the model preset.
record Trial(
    String reference,
    Description description,
    List<Recipe> recipes,
    Trust trust,
    List<Path> witnesses) {

  /// Returns the conversion of a checkpoint folder to a portable file, verified by the witnesses
  /// that are always asked.
  static Trial of(Path checkpoint) {
    return of(checkpoint.getFileName().toString(), Fixtures.describe(checkpoint));
  }

  static Trial of(String reference, Description description) {
    return new Trial(
        reference, description, List.of(Recipe.onnx(Flavor.PORTABLE)), Trust.VERIFIED, List.of());
  }

  /// Returns this conversion to a variant for each recipe.
  Trial with(Recipe... others) {
    return new Trial(reference, description, List.of(others), trust, witnesses);
  }

  Trial with(Trust other) {
    return new Trial(reference, description, recipes, other, witnesses);
  }

  /// Returns this conversion held against a file of vectors as well.
  Trial with(Path witness) {
    return new Trial(reference, description, recipes, trust, List.of(witness));
  }

  Bundle convert(Path target, Path cache) {
    var order =
        new Order(
            reference, "", description, recipes, Quantizing.usual(), trust, witnesses, target);
    var machine = new Machine(() -> OnnxRuntimeBackend.load(cache), cache);
    return new Conversion(order, machine, Progress.SILENT).run();
  }

  /// Opens a bundle as a user does.
  static Embark open(Path bundle, Path cache) {
    return Embark.open(
        bundle,
        new Embark.Options(
            EmbedSettings.defaults(),
            new WantedVariant.Preferred(),
            Devices.OF_THIS_MACHINE,
            cache,
            Progress.SILENT));
  }
}
