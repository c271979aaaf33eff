package dev.embark.checkpoint.template;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;

/// Why a template is not rendered, said with its name.
record Refusals(String template) {
  private static final int SHOWN_MAX = 80;

  /// Something Jinja has and Embark does not, or that Jinja refuses too.
  Problem unsupported(String how) {
    return new Problem(
        Category.UNSUPPORTED,
        template + " " + how + ".",
        "Embark renders the part of Jinja that chat templates of rerankers are written in.",
        "Write the template with text, set, if, for, and concatenation.");
  }

  /// Something that is no Jinja.
  Problem malformed(int line, String how) {
    return new Problem(
        Category.BAD_INPUT,
        template + ", line " + line + ": " + how + ".",
        "",
        "Mend the template.");
  }

  /// A look at a text that must stand in the prompt as it is.
  Problem looked(String how) {
    return new Problem(
        Category.UNSUPPORTED,
        template + " " + how + " a text it is given.",
        "Embark turns a template into constant pieces around the texts, so it may only join and print"
            + " them.",
        "Write the template so that the texts stand in it as they are.");
  }

  /// A template that does not come to an end.
  Problem endless(String how) {
    return new Problem(
        Category.BAD_INPUT,
        template + " " + how + ".",
        "No chat template needs as much.",
        "Do not use this model unless you trust its author.");
  }

  /// Returns a piece of a template so that it can be printed.
  static String shown(String text) {
    var shown = new StringBuilder();
    text.chars()
        .limit(SHOWN_MAX)
        .forEach(c -> shown.append(Character.isISOControl(c) || Holes.isHole(c) ? ' ' : (char) c));
    return shown.append(text.length() > SHOWN_MAX ? "…" : "").toString();
  }
}
