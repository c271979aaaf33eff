package dev.embark.cli;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Words that no command understands, told so that the next try works.
final class WrongUsage {
  private WrongUsage() {}

  /// Returns what is wrong with the words, with the nearest word that would be right.
  static Problem problem(ParameterException failure) {
    var line = failure.getCommandLine();
    return new Problem(
        Category.WRONG_USAGE, what(failure, line), "", nearMiss(failure) + seeHelp(line));
  }

  private static String what(ParameterException failure, CommandLine line) {
    if (failure instanceof UnmatchedArgumentException unmatched) {
      var word = unmatched.getUnmatched().getFirst();
      if (unmatched.isUnknownOption()) {
        return "`" + name(line) + "` has no option \"" + word + "\".";
      }
      return line.getParent() == null
          ? "There is no command \"" + word + "\"."
          : "`" + name(line) + "` does not expect \"" + word + "\".";
    }
    var message = String.valueOf(failure.getMessage());
    return message.endsWith(".") ? message : message + ".";
  }

  private static String nearMiss(ParameterException failure) {
    if (failure instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      return "Did you mean " + unmatched.getSuggestions().getFirst() + "? ";
    }
    return "";
  }

  private static String seeHelp(CommandLine line) {
    return "See `" + name(line) + " --help`.";
  }

  private static String name(CommandLine line) {
    return line.getCommandSpec().qualifiedName();
  }
}
