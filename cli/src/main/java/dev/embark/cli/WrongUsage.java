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
    if (failure instanceof UnmatchedArgumentException unmatched) {
      var word = unmatched.getUnmatched().getFirst();
      for (var known : unmatched.getSuggestions()) {
        if (isNear(word, known)) {
          return "Did you mean " + known + "? ";
        }
      }
    }
    return "";
  }

  /// Two words are near where two thirds of the longer one's letters stand, in order, in the other.
  private static boolean isNear(String left, String right) {
    var common = new int[left.length() + 1][right.length() + 1];
    for (int i = 1; i <= left.length(); i++) {
      for (int j = 1; j <= right.length(); j++) {
        common[i][j] =
            left.charAt(i - 1) == right.charAt(j - 1)
                ? common[i - 1][j - 1] + 1
                : Math.max(common[i - 1][j], common[i][j - 1]);
      }
    }
    return 3 * common[left.length()][right.length()] >= 2 * Math.max(left.length(), right.length());
  }

  private static String seeHelp(CommandLine line) {
    return "See `" + name(line) + " --help`.";
  }

  private static String name(CommandLine line) {
    return line.getCommandSpec().qualifiedName();
  }
}
