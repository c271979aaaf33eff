package dev.embark.cli;

import dev.embark.Backends;
import dev.embark.Devices;
import dev.embark.backend.Pace;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.Placement;
import dev.embark.bundle.Stamp;
import dev.embark.bundle.Variant;
import dev.embark.bundle.WantedVariant;
import dev.embark.embed.EmbedSettings;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.timing.Timing;
import dev.embark.verify.FirstUse;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/// `embark bench`: how long the variants of a bundle take on this machine, and which is taken.
@Command(
    name = "bench",
    description = "Times the variants of a bundle on this machine, stage by stage.")
final class BenchCommand implements Action {
  @Parameters(paramLabel = "DIR", description = "The bundle.")
  private Path folder;

  @Option(
      names = "--place",
      description =
          "Note on this machine which variant is the fastest: it is used from now on where nobody"
              + " names another.")
  private boolean place;

  @Override
  public Answer run(Console console) {
    var workshop = new Workshop(console);
    var bundle = Bundle.open(folder);
    bundle.notices().forEach(console::note);
    var timed = timed(bundle, workshop);
    var sorted = fastestFirst(timed);
    TimingTable.print(sorted, console);
    var names = sorted.keySet().stream().map(Variant::name).toList();
    boolean isPlaced = place && isChoice(names, console);
    if (isPlaced) {
      place(new Placement(bundle, workshop.cache()), names, console);
    }
    return Answer.done(() -> document(timed, names).put("placed", isPlaced));
  }

  private static Map<Variant, List<Timing.Length>> timed(Bundle bundle, Workshop workshop) {
    var variants = bundle.manifest().variants();
    var lengths = Timing.lengths(variants, bundle.manifest().pipeline().maxTokens());
    var timed = new LinkedHashMap<Variant, List<Timing.Length>>();
    Optional<Problem> refusal = Optional.empty();
    for (var variant : variants) {
      try {
        time(bundle, variant, lengths, workshop).ifPresent(found -> timed.put(variant, found));
      } catch (Problem e) {
        if (!Backends.isOfThisMachine(e)) {
          throw e;
        }
        workshop
            .console()
            .note("\"%s\" cannot run here: %s".formatted(variant.name(), e.getMessage()));
        refusal = refusal.or(() -> Optional.of(e));
      }
    }
    if (timed.isEmpty()) {
      throw refusal.orElseGet(BenchCommand::nothingToTime);
    }
    return timed;
  }

  private static Problem nothingToTime() {
    return new Problem(
        Category.UNAVAILABLE,
        "Nothing of this bundle can be timed here.",
        "What stands in for its devices on this machine says nothing of their speed.",
        "Run it where the model is to be used.");
  }

  private static Optional<List<Timing.Length>> time(
      Bundle bundle, Variant variant, List<Integer> lengths, Workshop workshop) {
    var wanted = new WantedVariant.Named(variant.name(), "bench");
    var choice = Backends.choose(bundle, wanted, Devices.OF_THIS_MACHINE, workshop.cache());
    if (choice.backend().pace() != Pace.DEVICE) {
      workshop
          .console()
          .note(
              "\"%s\" is not timed: what computes it here stands in for its device."
                  .formatted(variant.name()));
      return Optional.empty();
    }
    var proof = new FirstUse(bundle, variant, choice.backend(), workshop.cache());
    return Optional.of(
        new Timing(EmbedSettings.defaults(), System::nanoTime)
            .run(choice.files(), choice.backend(), proof, lengths, workshop.console().progress()));
  }

  /// A variant is as fast as it is at all lengths together.
  private static Map<Variant, List<Timing.Length>> fastestFirst(
      Map<Variant, List<Timing.Length>> timed) {
    var sorted = new LinkedHashMap<Variant, List<Timing.Length>>();
    timed.entrySet().stream()
        .sorted(
            Comparator.comparingDouble(
                entry -> entry.getValue().stream().mapToDouble(Timing.Length::whole).sum()))
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return sorted;
  }

  /// One variant alone is no choice: noted, it would stay the first when another can run here too.
  private static boolean isChoice(List<String> names, Console console) {
    if (names.size() < 2) {
      console.note(
          "Nothing is placed: of this bundle only \"" + names.getFirst() + "\" is timed here.");
    }
    return names.size() > 1;
  }

  private static void place(Placement placement, List<String> names, Console console) {
    switch (placement.write(names)) {
      case Stamp.Outcome.Written() ->
          console.line("Placed: \"" + names.getFirst() + "\" is used here from now on.");
      case Stamp.Outcome.NotWritten(var reason) ->
          throw new Problem(
              Category.UNWRITABLE,
              "The placement cannot be noted.",
              reason,
              "Make Embark's cache writable, or name a variant with EMBARK_VARIANT.");
    }
  }

  private static ObjectNode document(Map<Variant, List<Timing.Length>> timed, List<String> names) {
    var document = Json.object();
    var list = document.putArray("variants");
    timed.forEach((variant, lengths) -> {
      var entry =
          list.addObject().put("name", variant.name()).put("backend", variant.chain().backend());
      var rows = entry.putArray("lengths");
      for (var length : lengths) {
        var row =
            rows.addObject().put("tokens", length.tokens()).put("milliseconds", length.whole());
        var stages = row.putObject("stages");
        length.stages().forEach(stages::put);
      }
    });
    var order = document.putArray("fastest_first");
    names.forEach(order::add);
    return document;
  }
}
