package dev.embark.cli;

import dev.embark.cli.Console.Format;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;

/// The frame around every command: reads the words, runs the command, and turns whatever comes back
/// into output and an exit code. One object runs one command.
///
/// Under `--json`, standard output receives exactly one document, also where the command fails or
/// is interrupted.
final class Cli {
  private static final int DEFECT = 1;

  private final Surroundings surroundings;
  private final ErrorLines errorLines;
  private final RootCommand root = new RootCommand();
  private final List<Action> commands;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile Format format = Format.TEXT;

  Cli(Surroundings surroundings, List<Action> commands) {
    this.surroundings = surroundings;
    this.errorLines = ErrorLines.of(surroundings);
    this.commands = List.copyOf(commands);
  }

  /// Returns what understands `words`: of the commands only the one they ask for, because to learn
  /// what every command understands takes longer than a short command.
  private CommandLine commandLine(String... words) {
    var line = new CommandLine(root);
    asked(words).forEach(line::addSubcommand);
    // A text such as "@home" is a text, not the name of a file of arguments.
    line.setExpandAtFiles(false).setUsageHelpWidth(100);
    line.registerConverter(Path.class, Cli::path);
    return line;
  }

  private List<Action> asked(String... words) {
    for (var word : words) {
      if (!word.startsWith("-")) {
        var known = commands.stream().filter(command -> name(command).equals(word)).toList();
        return known.isEmpty() ? commands : known;
      }
    }
    return commands;
  }

  private static String name(Action command) {
    var declared = command.getClass().getAnnotation(Command.class);
    return declared == null ? "" : declared.name();
  }

  /// Refuses an empty path, as a variable of a shell that is not set leaves it: Java would take it
  /// for the current folder.
  private static Path path(String word) {
    if (word.isEmpty()) {
      throw new TypeConversionException("the path is empty");
    }
    return Path.of(word);
  }

  /// Runs the command that `words` ask for and returns the exit code of the process.
  int run(String... words) {
    format = List.of(words).contains("--json") ? Format.JSON : Format.TEXT;
    try {
      requireReadable(words);
      return finish(answer(commandLine(words).parseArgs(words)));
    } catch (ParameterException e) {
      return fail(WrongUsage.problem(e), e);
    } catch (Problem e) {
      return fail(e, e);
    } catch (Throwable e) {
      return fail(e);
    }
  }

  /// Says under `--json` that the command was interrupted, unless it had ended before; for the
  /// moment when the process is about to go.
  void interrupted() {
    if (ended.compareAndSet(false, true)) {
      errorLines.clear();
      if (format == Format.JSON) {
        print(
            errorDocument(
                Category.INTERRUPTED.name(), "The command was interrupted.", "", "Run it again."));
      }
    }
  }

  /// Refuses words that the locale could not decode: they would be embedded as something else.
  private static void requireReadable(String... words) {
    for (var word : words) {
      if (word.indexOf('\uFFFD') >= 0) {
        throw new Problem(
            Category.WRONG_USAGE,
            "The argument \"" + word + "\" holds characters that could not be read.",
            "The locale of this process does not cover them, or they are not valid UTF-8.",
            "Set LC_ALL=C.UTF-8 and give the argument in UTF-8.");
      }
    }
  }

  private Answer answer(ParseResult parsed) {
    var asked = parsed;
    while (asked.hasSubcommand()) {
      asked = asked.subcommand();
    }
    var line = asked.commandSpec().commandLine();
    if (root.help) {
      return text(line.getUsageMessage(Ansi.OFF));
    }
    if (root.version) {
      return text(Version.line() + "\n");
    }
    if (line.getCommand() instanceof Action action) {
      return action.run(
          new Console(surroundings.out(), errorLines, format, surroundings.environment()));
    }
    throw new Problem(
        Category.WRONG_USAGE,
        "No command is given.",
        "",
        "Say what to do, for example `embark doctor`; `embark --help` lists the commands.");
  }

  private Answer text(String text) {
    if (format == Format.TEXT) {
      surroundings.out().print(text);
    }
    return Answer.done(() -> Json.object().put("text", text));
  }

  private int finish(Answer answer) {
    JsonNode document = format == Format.JSON ? answer.document().get() : null;
    if (ended.compareAndSet(false, true) && document != null) {
      print(document);
    }
    errorLines.clear();
    if (surroundings.out().checkError()) {
      errorLines.print("embark: Standard output cannot be written: closed, or its disk is full.");
      return Category.UNWRITABLE.exitCode();
    }
    return answer.exitCode();
  }

  private int fail(Problem problem, Throwable origin) {
    if (ended.compareAndSet(false, true)) {
      errorLines.clear();
      errorLines.print("embark: " + problem.getMessage());
      trace(origin);
      if (format == Format.JSON) {
        print(
            errorDocument(
                problem.category().name(), problem.what(), problem.why(), problem.remedy()));
      }
    }
    return problem.category().exitCode();
  }

  private int fail(Throwable defect) {
    if (ended.compareAndSet(false, true)) {
      var what = "Defect of Embark: " + defect + ".";
      var remedy = "Please report it, with the stack trace that --debug prints.";
      errorLines.clear();
      errorLines.print("embark: " + what + " " + remedy);
      trace(defect);
      if (format == Format.JSON) {
        print(errorDocument("DEFECT", what, "", remedy));
      }
    }
    return DEFECT;
  }

  private void trace(Throwable failure) {
    if (root.debug) {
      failure.printStackTrace(surroundings.err());
    }
  }

  private void print(JsonNode document) {
    surroundings.out().print(Json.pretty(document));
    surroundings.out().flush();
  }

  private static JsonNode errorDocument(String category, String what, String why, String remedy) {
    var document = Json.object();
    document
        .putObject("error")
        .put("category", category)
        .put("what", what)
        .put("why", why)
        .put("remedy", remedy);
    return document;
  }
}
