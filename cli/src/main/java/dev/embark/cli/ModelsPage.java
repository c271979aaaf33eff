package dev.embark.cli;

import dev.embark.family.Families;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The page `docs/models.md`, from the same list as `embark models`.
final class ModelsPage {
  private ModelsPage() {}

  static List<String> lines() {
    var lines = new ArrayList<String>();
    lines.add("# Models");
    lines.add("");
    lines.add(
        "Written by `embark models --markdown`; a test keeps this page and the program equal.");
    lines.add("");
    lines.add(
        "What the configuration of a checkpoint calls its architecture decides which family reads it."
            + " The checkpoints");
    lines.add(
        "named are well known and built so; others are taken as well. Each conversion proves itself,"
            + " and what a family");
    lines.add("does not know is refused by name.");
    lines.add("");
    lines.add("| Family | Architectures | Compared with | Well-known checkpoints |");
    lines.add("|---|---|---|---|");
    for (var entry : Families.entries()) {
      lines.add(
          "| "
              + String.join(
                  " | ",
                  entry.family(),
                  String.join(", ", entry.architectures()),
                  entry.comparedWith(),
                  codes(entry.checkpoints()))
              + " |");
    }
    return lines;
  }

  private static String codes(List<String> names) {
    return names.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
  }
}
