package dev.embark.cli;

import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.toolchain.Toolchain;
import dev.embark.toolchain.Toolchains;
import dev.embark.toolchain.Toolchains.Origin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `embark toolchain`: compilers of NPU vendors, which Embark calls and does not bring along.
@Command(
    name = "toolchain",
    description = "Installs, lists or removes the compilers of NPU vendors.")
final class ToolchainCommand implements Action {
  @Parameters(index = "0", paramLabel = "ACTION", description = "install, list or remove.")
  private String action;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME",
      description =
          "rknn: for RK3588 and its kin, 178 MB to fetch and 570 MB on disk, runs on Python 3.11;"
              + " sophon: for BM1684X, 312 MB to fetch and 191 MB on disk.")
  private Optional<String> name = Optional.empty();

  @Option(
      names = "--index",
      paramLabel = "URL",
      description = "Fetch from this package index instead of the one that pip is set up for.")
  private Optional<String> index = Optional.empty();

  @Option(
      names = "--wheel",
      paramLabel = "FILE",
      split = ",",
      description = "Take this file, or those of this folder, instead of fetching them.")
  private List<Path> wheels = new ArrayList<>();

  @Override
  public Answer run(Console console) {
    var workshop = new Workshop(console);
    var toolchains = Toolchains.in(workshop.cache());
    return switch (action) {
      case "install" -> install(named(), toolchains, workshop);
      case "list" -> list(toolchains, console);
      case "remove" -> remove(named(), toolchains, console);
      default -> // what a user types
          throw new Problem(
              Category.WRONG_USAGE,
              "toolchain " + action + " is not known; known: install, list, remove.",
              "",
              "See `embark toolchain --help`.");
    };
  }

  private Toolchain named() {
    var wanted =
        name.orElseThrow(() ->
            new Problem(
                Category.WRONG_USAGE,
                "toolchain " + action + " needs the name of one.",
                "Known: " + known() + ".",
                "Run `embark toolchain " + action + " sophon`."));
    return Toolchain.named(wanted)
        .orElseThrow(() ->
            new Problem(
                Category.WRONG_USAGE,
                "There is no toolchain \"" + wanted + "\".",
                "Known: " + known() + ".",
                "See `embark toolchain list`."));
  }

  private static String known() {
    return Toolchain.all().stream().map(Toolchain::name).collect(Collectors.joining(", "));
  }

  private Answer install(Toolchain toolchain, Toolchains toolchains, Workshop workshop) {
    var console = workshop.console();
    console.note(toolchain.licence());
    var origin =
        wheels.isEmpty()
            ? index
                .<Origin>map(Origin.Index::new)
                .orElseGet(
                    () -> new Origin.PipConfiguration(console.environment(), workshop.home()))
            : new Origin.Files(wheels);
    var folder = toolchains.install(toolchain, origin, console.progress());
    console.line(BundleReport.field(toolchain.name()) + toolchain.version() + " in " + folder);
    return Answer.done(() -> document(toolchain, Optional.of(folder)));
  }

  private static Answer list(Toolchains toolchains, Console console) {
    var document = Json.object();
    var list = document.putArray("toolchains");
    for (var toolchain : Toolchain.all()) {
      var folder = toolchains.find(toolchain);
      console.line(
          BundleReport.field(toolchain.name())
              + toolchain.version()
              + folder.map(place -> " in " + place).orElse(", not installed"));
      list.add(document(toolchain, folder));
    }
    return Answer.done(() -> document);
  }

  private static Answer remove(Toolchain toolchain, Toolchains toolchains, Console console) {
    boolean wasThere = toolchains.remove(toolchain);
    console.line(
        BundleReport.field(toolchain.name()) + (wasThere ? "removed" : "was not installed"));
    return Answer.done(() -> document(toolchain, Optional.empty()));
  }

  private static JsonNode document(Toolchain toolchain, Optional<Path> folder) {
    ObjectNode node =
        Json.object().put("name", toolchain.name()).put("version", toolchain.version());
    node.put("installed", folder.isPresent());
    folder.ifPresent(place -> node.put("folder", place.toString()));
    return node;
  }
}
