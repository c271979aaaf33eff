package dev.embark.cli;

import dev.embark.Devices;
import dev.embark.Embark;
import dev.embark.bundle.WantedVariant;
import dev.embark.evaluate.Dataset;
import dev.embark.evaluate.Datasets;
import dev.embark.evaluate.Evaluation;
import dev.embark.evaluate.Evaluation.Compared;
import dev.embark.evaluate.Evaluation.Result;
import dev.embark.evaluate.Interval;
import dev.embark.evaluate.Subject;
import dev.embark.evaluate.Task;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/// `embark evaluate`: how good a bundle is at a task, alone or beside another.
@Command(
    name = "evaluate",
    description = "Measures how good a bundle is at a task, alone or beside another.")
final class EvaluateCommand implements Action {
  @Parameters(paramLabel = "DIR", description = "The bundle.")
  private Path bundle;

  @Option(
      names = "--task",
      paramLabel = "T",
      required = true,
      description =
          "sts: rated pairs; retrieval: a collection with queries; rerank: questions with"
              + " candidates; neighbours: the same texts nearest to each other as in --against.")
  private String task;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      required = true,
      description = "A file or folder with the data; several for neighbours.")
  private List<Path> data = new ArrayList<>();

  @Option(names = "--against", paramLabel = "DIR2", description = "Another bundle, or the same.")
  private Optional<Path> against = Optional.empty();

  @Option(names = "--variant", paramLabel = "NAME", description = "The variant of DIR, as int8.")
  private Optional<String> variant = Optional.empty();

  @Option(
      names = "--against-variant",
      paramLabel = "NAME",
      description = "The variant of DIR2, as fp32.")
  private Optional<String> againstVariant = Optional.empty();

  @Override
  public Answer run(Console console) {
    var chosen = task();
    var dataset = Datasets.read(chosen, data);
    var document = Json.object().put("task", chosen.key()).put("data", dataset.size());
    try (var model = open(bundle, variant, "--variant", console)) {
      var subject = subject(bundle, model, console);
      document.put("bundle", subject.name());
      if (against.isEmpty()) {
        refuseAgainstVariant();
        var results = Evaluation.of(dataset, subject);
        head(chosen, dataset, console);
        results(results, console, document);
        return Answer.done(() -> document);
      }
      try (var other = open(against.get(), againstVariant, "--against-variant", console)) {
        var second = subject(against.get(), other, console);
        document.put("against", second.name());
        compare(chosen, dataset, subject, second, console, document);
      }
    }
    return Answer.done(() -> document);
  }

  private Task task() {
    return Arrays.stream(Task.values())
        .filter(known -> known.key().equals(task))
        .findFirst()
        .orElseThrow(() ->
            new Problem(
                Category.WRONG_USAGE,
                "--task " + task + " is not known; known: " + tasks() + ".",
                "",
                "See `embark evaluate --help`."));
  }

  private static String tasks() {
    return Arrays.stream(Task.values()).map(Task::key).collect(Collectors.joining(", "));
  }

  private void refuseAgainstVariant() {
    if (againstVariant.isPresent()) {
      throw new Problem(
          Category.WRONG_USAGE,
          "--against-variant needs --against.",
          "It names a variant of the other bundle.",
          "Give --against DIR as well; it may be the same folder.");
    }
  }

  private static Embark open(
      Path folder, Optional<String> variant, String option, Console console) {
    var workshop = new Workshop(console);
    return workshop.open(
        folder,
        variant
            .<WantedVariant>map(name -> new WantedVariant.Named(name, option))
            .orElseGet(workshop::variant),
        Devices.OF_THIS_MACHINE);
  }

  private static Subject subject(Path folder, Embark model, Console console) {
    var name = folder.toAbsolutePath().normalize().getFileName() + " " + model.variant().name();
    return new Subject(name, model.embedder().engine(), console.progress());
  }

  private static void head(Task task, Dataset dataset, Console console) {
    console.line(BundleReport.field("task") + task.key() + ": " + dataset.size());
  }

  private static void compare(
      Task task,
      Dataset dataset,
      Subject first,
      Subject second,
      Console console,
      ObjectNode document) {
    if (dataset instanceof Dataset.Crowd crowd) {
      var results = Evaluation.agreement(crowd, first, second);
      head(task, dataset, console);
      console.line(BundleReport.field("models") + first.name() + " and " + second.name());
      results(results, console, document);
      return;
    }
    var results = Evaluation.of(dataset, first, second);
    head(task, dataset, console);
    console.line(
        String.format(
            Locale.ROOT, "%-17s %-22s %-22s %s", "", first.name(), second.name(), "difference"));
    var list = document.putArray("results");
    for (var result : results) {
      console.line(line(result));
      var entry = list.addObject().put("measure", result.measure());
      put(entry.putObject("value"), result.first());
      put(entry.putObject("against"), result.second());
      put(entry.putObject("difference"), result.difference());
    }
  }

  private static String line(Compared result) {
    var difference = result.difference();
    return String.format(
        Locale.ROOT,
        "%-17s %-22s %-22s %s%s",
        result.measure(),
        points(result.first()),
        points(result.second()),
        signed(difference),
        difference.excludesZero() ? "" : ", which may be chance");
  }

  private static void results(List<Result> results, Console console, ObjectNode document) {
    var list = document.putArray("results");
    for (var result : results) {
      console.line(
          String.format(Locale.ROOT, "%-17s %s", result.measure(), points(result.value())));
      put(list.addObject().put("measure", result.measure()).putObject("value"), result.value());
    }
  }

  private static void put(ObjectNode node, Interval interval) {
    node.put("value", interval.value()).put("low", interval.low()).put("high", interval.high());
  }

  private static String points(Interval interval) {
    return String.format(
        Locale.ROOT,
        "%.2f [%.2f, %.2f]",
        interval.value() * 100,
        interval.low() * 100,
        interval.high() * 100);
  }

  private static String signed(Interval interval) {
    return String.format(
        Locale.ROOT,
        "%+.2f [%+.2f, %+.2f]",
        interval.value() * 100,
        interval.low() * 100,
        interval.high() * 100);
  }
}
