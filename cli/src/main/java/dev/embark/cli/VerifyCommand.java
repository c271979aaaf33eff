package dev.embark.cli;

import dev.embark.bundle.Bundle;
import dev.embark.bundle.Proof;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Embedder;
import dev.embark.embed.ModelFiles;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem.Category;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// `embark verify`: repeats the proof of a bundle on this machine.
@Command(
    name = "verify",
    description = "Repeats the proof of a bundle on this machine: PASS or FAIL, with figures.")
final class VerifyCommand implements Action {
  @Parameters(paramLabel = "DIR", description = "The bundle.")
  private Path folder;

  @Option(
      names = "--reference",
      paramLabel = "FILE",
      description = "Also compare with these vectors (.jsonl with text and embedding).")
  private List<Path> references = new ArrayList<>();

  @Override
  public Answer run(Console console) {
    var workshop = new Workshop(console);
    var bundle = Bundle.open(folder);
    bundle.notices().forEach(console::note);
    bundle.checkDigests(console.progress());
    var backend = workshop.backend();
    Map<String, Report> reports;
    try (var embedder = Embedder.open(ModelFiles.of(bundle), backend, EmbedSettings.defaults())) {
      reports = replay(bundle, embedder, console);
    }
    boolean proven = bundle.manifest().proof() instanceof Proof.Proven;
    boolean pass = !reports.isEmpty() && reports.values().stream().allMatch(Report::isPass);
    print(reports, console);
    if (pass && proven) {
      new FirstUse(bundle, backend, workshop.cache()).note().ifPresent(console::note);
    }
    console.line(verdict(reports));
    return pass
        ? Answer.done(() -> document(reports))
        : Answer.failed(Category.VERIFICATION_FAILED, () -> document(reports));
  }

  private Map<String, Report> replay(Bundle bundle, Embedder embedder, Console console) {
    var reports = new LinkedHashMap<String, Report>();
    var limits = Tolerance.of(bundle.manifest().recipe().precision(), "onnx");
    switch (bundle.manifest().proof()) {
      case Proof.Skipped() -> {}
      case Proof.Proven proven ->
          reports.put(
              "proof",
              Replay.run(
                  embedder,
                  References.read(bundle.file(proven.references()), embedder.dimension()),
                  proven.limits(),
                  console.progress()));
    }
    for (var file : references) {
      reports.put(
          file.toString(),
          Replay.run(
              embedder, References.read(file, embedder.dimension()), limits, console.progress()));
    }
    return reports;
  }

  private static String verdict(Map<String, Report> reports) {
    if (reports.isEmpty()) {
      return "UNPROVEN: the files are complete, but there is nothing to compare vectors with; give"
          + " --reference FILE.";
    }
    return reports.values().stream().allMatch(Report::isPass) ? "PASS" : "FAIL";
  }

  private static void print(Map<String, Report> reports, Console console) {
    reports.forEach((name, report) -> {
      console.line(name + ": " + BundleReport.line(report.figures()));
      console.line("  " + BundleReport.line(report.invariance()));
      console.line("  " + BundleReport.line(report.limits()));
      report.failures().forEach(failure -> console.line("  " + failure));
    });
  }

  private static JsonNode document(Map<String, Report> reports) {
    var verdict = verdict(reports);
    int end = verdict.indexOf(':');
    var document = Json.object().put("verdict", end < 0 ? verdict : verdict.substring(0, end));
    var list = document.putArray("comparisons");
    reports.forEach((name, report) -> {
      var figures = report.figures();
      var entry = list.addObject().put("with", name).put("pass", report.isPass());
      entry
          .putObject("figures")
          .put("texts", figures.texts())
          .put("max_abs", figures.maxAbs())
          .put("mean_abs", figures.meanAbs())
          .put("cosine_min", figures.cosineMin())
          .put("cosine_mean", figures.cosineMean())
          .put("neighbor_agreement", figures.neighborAgreement())
          .put("non_finite", figures.nonFinite());
      var invariance = entry.putObject("invariance");
      report.invariance().forEach((change, value) -> invariance.put(change.key(), value));
      var failures = entry.putArray("failures");
      report.failures().forEach(failures::add);
    });
    return document;
  }
}
