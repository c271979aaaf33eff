package dev.embark.cli;

import dev.embark.Backends;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.Figures;
import dev.embark.bundle.Proof;
import dev.embark.bundle.Variant;
import dev.embark.bundle.WantedVariant;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Engine;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.report.BundlePage;
import dev.embark.verify.FirstUse;
import dev.embark.verify.References;
import dev.embark.verify.Replay;
import dev.embark.verify.Report;
import dev.embark.verify.Tolerance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/// `embark verify`: repeats the proof of a bundle on this machine, or judges a file that others
/// wrote.
@Command(
    name = "verify",
    description = "Repeats the proof of a bundle on this machine: PASS or FAIL, with figures.")
final class VerifyCommand implements Action {
  private static final String PROOF = "proof";

  @Parameters(
      paramLabel = "DIR",
      description = "The bundle; or an ONNX file of another tool, with --against.")
  private Path folder;

  @Mixin private SimulateOption simulate = new SimulateOption();

  @Option(
      names = "--against",
      paramLabel = "MODEL",
      description = "What an ONNX file should be: a proven bundle, or a checkpoint to convert.")
  private Optional<String> against = Optional.empty();

  @Option(
      names = "--precision",
      paramLabel = "P",
      description = "Whose limits an ONNX file is held against, instead of what its operators say.")
  private Optional<String> precision = Optional.empty();

  @Option(
      names = "--reference",
      paramLabel = "FILE",
      description = "Also compare with these vectors (.jsonl with text and embedding).")
  private List<Path> references = new ArrayList<>();

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Also write what was found as a page for people (.html).")
  private Optional<Path> page = Optional.empty();

  @Override
  public Answer run(Console console) {
    var workshop = new Workshop(console);
    if (against.isPresent()) {
      refuseForFiles("--reference", !references.isEmpty());
      refuseForFiles("--report", page.isPresent());
      return new FileVerdict(folder, against.get(), precision.map(ConvertCommand::precision))
          .run(workshop);
    }
    refuseForBundles();
    var bundle = Bundle.open(folder);
    bundle.notices().forEach(console::note);
    bundle.checkDigests(console.progress());
    var reports = new LinkedHashMap<String, Report>();
    var fresh = new LinkedHashMap<String, Report>();
    for (var variant : wanted(bundle, workshop)) {
      var found = tried(bundle, variant, workshop);
      var proof = found.get(PROOF);
      if (proof != null) {
        fresh.put(variant.name(), proof);
      }
      found.forEach((name, report) -> reports.put(titled(bundle, variant, name), report));
    }
    boolean pass = !reports.isEmpty() && reports.values().stream().allMatch(Report::isPass);
    print(reports, console);
    console.line(verdict(reports));
    var document = document(reports);
    page.ifPresent(file -> {
      new BundlePage(bundle, fresh, workshop.cache(), console.progress()).write(file);
      console.line(BundleReport.field("report") + file);
      document.put("report", file.toString());
    });
    return pass
        ? Answer.done(() -> document)
        : Answer.failed(Category.VERIFICATION_FAILED, () -> document);
  }

  /// Returns the variant that the environment names, or all.
  private List<Variant> wanted(Bundle bundle, Workshop workshop) {
    return switch (workshop.variant()) {
      case WantedVariant.Preferred() -> bundle.manifest().variants();
      case WantedVariant.Named _, WantedVariant.OfBackends _ ->
          List.of(
              Backends.choose(bundle, workshop.variant(), simulate.devices(), workshop.cache())
                  .variant());
    };
  }

  private static String titled(Bundle bundle, Variant variant, String name) {
    return bundle.manifest().variants().size() == 1 ? name : variant.name() + " " + name;
  }

  /// Returns what each witness says of a variant; of one for a device that is not here nothing, as
  /// long as the bundle has another.
  private Map<String, Report> tried(Bundle bundle, Variant variant, Workshop workshop) {
    try {
      return verify(bundle, variant, workshop);
    } catch (Problem e) {
      boolean isOnly =
          bundle.manifest().variants().size() == 1
              || workshop.variant() instanceof WantedVariant.Named;
      if (isOnly || e.category() != Category.UNAVAILABLE) {
        throw e;
      }
      workshop.console().note("\"" + variant.name() + "\" is not verified here: " + e.getMessage());
      return Map.of();
    }
  }

  /// Returns what each witness says of a variant, and notes that it is proven here if all agree.
  private Map<String, Report> verify(Bundle bundle, Variant variant, Workshop workshop) {
    var console = workshop.console();
    var wanted = new WantedVariant.Named(variant.name(), "verify");
    var choice = Backends.choose(bundle, wanted, simulate.devices(), workshop.cache());
    choice.notices().forEach(console::note);
    try (var engine = Engine.open(choice.files(), choice.backend(), EmbedSettings.defaults())) {
      var reports = replay(bundle, variant, engine, console);
      if (reports.containsKey(PROOF) && reports.values().stream().allMatch(Report::isPass)) {
        new FirstUse(bundle, variant, choice.backend(), workshop.cache())
            .note()
            .ifPresent(console::note);
      }
      return reports;
    }
  }

  private Map<String, Report> replay(
      Bundle bundle, Variant variant, Engine engine, Console console) {
    var reports = new LinkedHashMap<String, Report>();
    var recipe = variant.recipe();
    switch (variant.proof()) {
      case Proof.Skipped() -> {}
      case Proof.Proven proven ->
          reports.put(
              PROOF,
              Replay.run(
                  engine,
                  References.read(bundle.file(proven.references()), engine.pipeline()),
                  FirstUse.limits(proven),
                  console.progress()));
    }
    for (var file : references) {
      reports.put(
          file.toString(),
          Replay.run(
              engine,
              References.read(file, engine.pipeline()),
              Tolerance.of(recipe.precision(), recipe.target(), engine.pipeline()),
              console.progress()));
    }
    return reports;
  }

  static String verdict(Map<String, Report> reports) {
    if (reports.isEmpty()) {
      return "UNPROVEN: the files are complete, but there is nothing to compare vectors with; give"
          + " --reference FILE.";
    }
    return reports.values().stream().allMatch(Report::isPass) ? "PASS" : "FAIL";
  }

  private static void refuseForFiles(String option, boolean isGiven) {
    if (isGiven) {
      throw new Problem(
          Category.WRONG_USAGE,
          option + " does not go with --against.",
          "An ONNX file is compared with the proof of a bundle, and with nothing else.",
          "Leave it out, or verify a bundle.");
    }
  }

  private void refuseForBundles() {
    if (precision.isPresent()) {
      throw new Problem(
          Category.WRONG_USAGE,
          "--precision goes with --against.",
          "A bundle says itself what its variants are held against.",
          "Leave it out, or verify an ONNX file.");
    }
    if (Files.isRegularFile(folder)) {
      throw new Problem(
          Category.WRONG_USAGE,
          folder + " is a file, not a bundle.",
          "A file alone does not say what it should compute.",
          "Give --against with a bundle or a checkpoint of the same model.");
    }
  }

  static void print(Map<String, Report> reports, Console console) {
    reports.forEach((name, report) -> {
      report
          .outputs()
          .forEach(measured -> {
            console.line(
                name + ": " + BundleReport.line(measured.output().port(), measured.figures()));
            console.line("  " + BundleReport.line(measured.invariance()));
            console.line("  " + BundleReport.line(measured.limits()));
          });
      report.failures().forEach(failure -> console.line("  " + failure));
    });
  }

  static ObjectNode document(Map<String, Report> reports) {
    var verdict = verdict(reports);
    int end = verdict.indexOf(':');
    var document = Json.object().put("verdict", end < 0 ? verdict : verdict.substring(0, end));
    var list = document.putArray("comparisons");
    reports.forEach((name, report) -> {
      for (var measured : report.outputs()) {
        var figures = measured.figures();
        var entry =
            list.addObject()
                .put("with", name)
                .put("output", measured.output().port())
                .put("pass", measured.failures().isEmpty());
        var node =
            entry
                .putObject("figures")
                .put("texts", figures.texts())
                .put("max_abs", figures.maxAbs())
                .put("mean_abs", figures.meanAbs())
                .put("non_finite", figures.nonFinite());
        switch (figures) {
          case Figures.Vectors vectors ->
              node.put("cosine_min", vectors.cosineMin())
                  .put("cosine_mean", vectors.cosineMean())
                  .put("nearest_agreement", vectors.agreement().nearest())
                  .put("ten_nearest_agreement", vectors.agreement().tenNearest())
                  .put("order_agreement", vectors.agreement().order());
          case Figures.Scores scores ->
              node.put("ranking_agreement", scores.rankingAgreement())
                  .put("first_agreement", scores.firstAgreement());
        }
        var invariance = entry.putObject("invariance");
        measured.invariance().forEach((change, value) -> invariance.put(change.key(), value));
        var failures = entry.putArray("failures");
        measured.failures().forEach(failures::add);
      }
    });
    return document;
  }
}
