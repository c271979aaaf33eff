package dev.embark.cli;

import dev.embark.Backends;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.Figures;
import dev.embark.bundle.Proof;
import dev.embark.bundle.Variant;
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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/// `embark verify`: repeats the proof of a bundle on this machine, or judges a file that others
/// wrote.
@Command(
    name = "verify",
    description = "Repeats the proof of a bundle on this machine: PASS or FAIL, with figures.")
final class VerifyCommand implements Action {
  @Parameters(
      paramLabel = "DIR",
      description = "The bundle; or an ONNX file of another tool, with --against.")
  private Path folder;

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
      return new FileVerdict(folder, against.get(), precision.map(ConvertCommand::precision))
          .run(workshop);
    }
    refuse("--precision", precision.isPresent());
    var bundle = Bundle.open(folder);
    bundle.notices().forEach(console::note);
    bundle.checkDigests(console.progress());
    var choice = Backends.choose(bundle, workshop.variant(), workshop.cache());
    choice.notices().forEach(console::note);
    Map<String, Report> reports;
    try (var engine = Engine.open(choice.files(), choice.backend(), EmbedSettings.defaults())) {
      reports = replay(bundle, choice.variant(), engine, console);
    }
    boolean proven = choice.variant().proof() instanceof Proof.Proven;
    boolean pass = !reports.isEmpty() && reports.values().stream().allMatch(Report::isPass);
    print(reports, console);
    if (pass && proven) {
      new FirstUse(bundle, choice.variant(), choice.backend(), workshop.cache())
          .note()
          .ifPresent(console::note);
    }
    console.line(verdict(reports));
    writePage(bundle, choice.variant(), reports, workshop);
    return pass
        ? Answer.done(() -> document(reports))
        : Answer.failed(Category.VERIFICATION_FAILED, () -> document(reports));
  }

  private void writePage(
      Bundle bundle, Variant variant, Map<String, Report> reports, Workshop workshop) {
    if (page.isPresent()) {
      var fresh = new LinkedHashMap<String, Report>();
      reports.values().stream().limit(1).forEach(report -> fresh.put(variant.name(), report));
      new BundlePage(bundle, fresh, workshop.cache(), workshop.console().progress())
          .write(page.get());
      workshop.console().line(BundleReport.field("report") + page.get());
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
              "proof",
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

  private static void refuse(String option, boolean isGiven) {
    if (isGiven) {
      throw new Problem(
          Category.WRONG_USAGE,
          option + " goes with --against.",
          "A bundle says itself what its variants are held against.",
          "Leave it out, or verify an ONNX file.");
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
