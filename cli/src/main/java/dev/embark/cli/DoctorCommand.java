package dev.embark.cli;

import dev.embark.cli.doctor.Check;
import dev.embark.cli.doctor.Checks;
import dev.embark.cli.doctor.Finding;
import dev.embark.cli.doctor.Finding.Status;
import dev.embark.cli.doctor.Host;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem.Category;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/// `embark doctor`: whether this machine has what Embark needs.
@Command(
    name = "doctor",
    description = "Says what this machine has, what is missing, and how to get it.")
final class DoctorCommand implements Action {
  private final List<Check> checks;
  private final Function<Console, Host> host;

  DoctorCommand() {
    this(Checks.all(), console -> Host.ofProcess(console.environment()));
  }

  DoctorCommand(List<Check> checks, Function<Console, Host> host) {
    this.checks = List.copyOf(checks);
    this.host = host;
  }

  @Override
  public Answer run(Console console) {
    var here = host.apply(console);
    var findings = checks.stream().map(check -> check.examine(here)).toList();
    findings.forEach(finding -> print(finding, console));
    boolean ready = findings.stream().noneMatch(Finding::preventsWork);
    return ready
        ? Answer.done(() -> document(findings))
        : Answer.failed(Category.UNAVAILABLE, () -> document(findings));
  }

  private static void print(Finding finding, Console console) {
    console.line(pad(finding.status().name(), 9) + pad(finding.topic(), 18) + finding.found());
    if (finding.status() == Status.MISSING) {
      console.line(" ".repeat(27) + finding.remedy());
    }
  }

  private static String pad(String text, int columns) {
    return text + " ".repeat(Math.max(1, columns - text.length()));
  }

  private static JsonNode document(List<Finding> findings) {
    var document = Json.object();
    document.put("ready", findings.stream().noneMatch(Finding::preventsWork));
    var list = document.putArray("findings");
    for (var finding : findings) {
      list.addObject()
          .put("topic", finding.topic())
          .put("status", finding.status().name())
          .put("need", finding.need().name())
          .put("found", finding.found())
          .put("remedy", finding.remedy());
    }
    return document;
  }
}
