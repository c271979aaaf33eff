package dev.embark.cli;

import dev.embark.bundle.Bundle;
import dev.embark.checkpoint.Description;
import dev.embark.checkpoint.Instructions;
import dev.embark.convert.Conversion;
import dev.embark.convert.ForeignFile;
import dev.embark.convert.Precision;
import dev.embark.convert.Quantizing;
import dev.embark.convert.Recipe;
import dev.embark.problem.Problem.Category;
import dev.embark.source.Wanted;
import dev.embark.target.onnx.Flavor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/// `embark verify FILE --against MODEL`: whether an ONNX file that others wrote is the model.
///
/// A checkpoint is converted for the time of the comparison, so that its probes have answers.
///
/// @param against a bundle, or a checkpoint
/// @param precision whose limits are taken; empty: those that the file asks for
record FileVerdict(Path file, String against, Optional<Precision> precision) {
  Answer run(Workshop workshop) {
    var bundle = Workshop.bundleAt(against);
    if (bundle.isPresent()) {
      return judge(Bundle.open(bundle.get()), workshop);
    }
    try (var folder = TemporaryFolder.create()) {
      return judge(converted(folder.path().resolve("original"), workshop), workshop);
    }
  }

  /// Converts the checkpoint, so that its probes have answers.
  private Bundle converted(Path folder, Workshop workshop) {
    var fetched = workshop.fetch(against, Wanted.EVERYTHING);
    var order =
        new Conversion.Order(
            fetched.reference().portableText(),
            fetched.revision(),
            Description.read(fetched, Instructions.NONE),
            List.of(Recipe.onnx(Flavor.PORTABLE)),
            Quantizing.usual(),
            Conversion.Trust.VERIFIED,
            List.of(),
            folder);
    var machine = new Conversion.Machine(workshop::backend, folder.resolveSibling("cache"));
    return new Conversion(order, machine, workshop.console().progress()).run();
  }

  private Answer judge(Bundle bundle, Workshop workshop) {
    var console = workshop.console();
    var judged = ForeignFile.judge(file, bundle, precision, workshop.backend(), console.progress());
    var reports = Map.of(against, judged.report());
    console.line(BundleReport.field("file") + judged.precision().key() + ", " + operators(judged));
    judged.notes().forEach(note -> console.line(BundleReport.field("") + note));
    VerifyCommand.print(reports, console);
    console.line(VerifyCommand.verdict(reports));
    return judged.report().isPass()
        ? Answer.done(() -> document(judged))
        : Answer.failed(Category.VERIFICATION_FAILED, () -> document(judged));
  }

  private static String operators(ForeignFile judged) {
    return judged.quantized().isEmpty()
        ? "no quantised operators"
        : new TreeMap<>(judged.quantized())
            .entrySet().stream()
                .map(operator -> operator.getKey() + " " + operator.getValue())
                .collect(Collectors.joining(", "));
  }

  private ObjectNode document(ForeignFile judged) {
    var document = VerifyCommand.document(Map.of(against, judged.report()));
    document.put("file", file.toString()).put("precision", judged.precision().key());
    var quantized = document.putObject("quantized");
    new TreeMap<>(judged.quantized()).forEach(quantized::put);
    var notes = document.putArray("notes");
    judged.notes().forEach(notes::add);
    return document;
  }
}
