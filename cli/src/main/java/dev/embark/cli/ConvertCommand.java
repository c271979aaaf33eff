package dev.embark.cli;

import dev.embark.bundle.Bundle;
import dev.embark.checkpoint.Description;
import dev.embark.convert.Conversion;
import dev.embark.convert.Recipe;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.source.Wanted;
import dev.embark.target.onnx.Flavor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `embark convert`: a checkpoint becomes a verified bundle.
@Command(
    name = "convert",
    description = "Takes a model on board: converts it, proves the result, writes a bundle.")
final class ConvertCommand implements Action {
  @Parameters(
      paramLabel = "MODEL",
      description =
          "A folder, an ONNX file, owner/name[@revision], or maven:group:artifact:version.")
  private String model;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      required = true,
      description = "Where the bundle goes; must not exist.")
  private Path output;

  @Option(
      names = "--to",
      paramLabel = "TARGET",
      defaultValue = "onnx",
      description = "onnx (default).")
  private String target;

  @Option(
      names = "--precision",
      paramLabel = "P",
      defaultValue = "fp32",
      description = "fp32 (default).")
  private String precision;

  @Option(
      names = "--flavor",
      paramLabel = "F",
      defaultValue = "portable",
      description =
          "portable (default): every ONNX runtime reads it; ort: faster, ONNX Runtime only.")
  private String flavor;

  @Option(
      names = "--reference",
      paramLabel = "FILE",
      description = "Also compare with these vectors (.jsonl with text and embedding).")
  private List<Path> references = new ArrayList<>();

  @Option(
      names = "--skip-verification",
      description = "Do not prove the result; the bundle says so at every use.")
  private boolean skipVerification;

  @Mixin private ModelOptions options = new ModelOptions();

  @Override
  public Answer run(Console console) {
    require("--to", target, "onnx");
    require("--precision", precision, "fp32");
    var bundle = convert(console, new Workshop(console), recipe());
    bundle.notices().forEach(console::note);
    BundleReport.print(bundle, console);
    return Answer.done(() -> BundleReport.document(bundle));
  }

  private Bundle convert(Console console, Workshop workshop, Recipe recipe) {
    var fetched = workshop.fetch(model, Wanted.EVERYTHING);
    var description = Description.read(fetched, options.instructions());
    description.pipeline().notes().forEach(console::note);
    var order =
        new Conversion.Order(
            fetched.reference().portableText(),
            fetched.revision(),
            description,
            recipe,
            skipVerification ? Conversion.Trust.UNVERIFIED : Conversion.Trust.VERIFIED,
            references,
            output);
    var machine = new Conversion.Machine(workshop::backend, workshop.cache());
    return new Conversion(order, machine, console.progress()).run();
  }

  private Recipe recipe() {
    for (var known : Flavor.values()) {
      if (known.key().equals(flavor)) {
        return Recipe.onnx(known);
      }
    }
    throw unknown(
        "--flavor",
        flavor,
        Arrays.stream(Flavor.values()).map(Flavor::key).collect(Collectors.joining(", ")));
  }

  private static void require(String option, String value, String known) {
    if (!value.equals(known)) {
      throw unknown(option, value, known);
    }
  }

  private static Problem unknown(String option, String value, String known) {
    return new Problem(
        Category.WRONG_USAGE,
        option + " " + value + " is not known; known: " + known + ".",
        "",
        "See `embark convert --help`.");
  }
}
