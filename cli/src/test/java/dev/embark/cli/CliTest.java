package dev.embark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.cli.Surroundings.ErrorStream;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress.Unit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

final class CliTest {
  @Command(name = "greet", description = "Greets.")
  private static final class Greet implements Action {
    @Parameters(arity = "0..1")
    String name = "you";

    @Override
    public Answer run(Console console) {
      console.note("thinking");
      try (var task = console.progress().begin("greeting", 2, Unit.STEPS)) {
        task.advance(1);
      }
      console.line("hello " + name);
      return Answer.done(() -> Json.object().put("hello", name));
    }
  }

  @Command(name = "fail")
  private record Fail(RuntimeException failure) implements Action {
    @Override
    public Answer run(Console console) {
      throw failure;
    }
  }

  private static JsonNode json(Capture run) {
    return Json.parseObject(run.out().getBytes(StandardCharsets.UTF_8), "stdout");
  }

  private static JsonNode error(Capture run) {
    return json(run).get("error");
  }

  @Test
  void theResultGoesToStandardOutputAndNotesToStandardError() {
    var run = Capture.of(new Greet());

    assertThat(run.run("greet", "Zoë")).isZero();
    assertThat(run.out()).isEqualTo("hello Zoë\n");
    assertThat(run.err()).isEqualTo("thinking\n");
  }

  @Test
  void jsonPrintsOneDocumentAndNothingElse() {
    var run = Capture.of(new Greet());

    assertThat(run.run("greet", "Zoë", "--json")).isZero();
    assertThat(json(run)).isEqualTo(Json.object().put("hello", "Zoë"));
    assertThat(run.err()).isEqualTo("thinking\n");
  }

  @Test
  void jsonMayStandBeforeTheCommand() {
    var run = Capture.of(new Greet());

    assertThat(run.run("--json", "greet")).isZero();
    assertThat(json(run)).isEqualTo(Json.object().put("hello", "you"));
  }

  @ParameterizedTest
  @EnumSource
  void aProblemEndsWithTheExitCodeOfItsCategory(Category category) {
    var run = Capture.of(new Fail(new Problem(category, "It is wrong.", "So.", "Mend it.")));

    assertThat(run.run("fail")).isEqualTo(category.exitCode());
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).isEqualTo("embark: It is wrong.\nSo.\nMend it.\n");
  }

  @Test
  void aProblemIsADocumentUnderJson() {
    var run =
        Capture.of(new Fail(new Problem(Category.BAD_INPUT, "It is wrong.", "So.", "Mend it.")));

    assertThat(run.run("fail", "--json")).isEqualTo(3);
    assertThat(error(run))
        .isEqualTo(
            Json.object()
                .put("category", "BAD_INPUT")
                .put("what", "It is wrong.")
                .put("why", "So.")
                .put("remedy", "Mend it."));
    assertThat(run.err()).isEqualTo("embark: It is wrong.\nSo.\nMend it.\n");
  }

  @Test
  void aDefectIsOneLineAndExitCode1() {
    var run = Capture.of(new Fail(new IllegalStateException("oops")));

    assertThat(run.run("fail")).isEqualTo(1);
    assertThat(run.err())
        .isEqualTo(
            "embark: Defect of Embark: java.lang.IllegalStateException: oops."
                + " Please report it, with the stack trace that --debug prints.\n");
  }

  @Test
  void aDefectIsADocumentUnderJson() {
    var run = Capture.of(new Fail(new IllegalStateException("oops")));

    assertThat(run.run("fail", "--json")).isEqualTo(1);
    assertThat(error(run).get("category").stringValue()).isEqualTo("DEFECT");
  }

  @Test
  void debugPrintsTheStackTrace() {
    var run = Capture.of(new Fail(new IllegalStateException("oops")));

    assertThat(run.run("--debug", "fail")).isEqualTo(1);
    assertThat(run.err()).contains("at dev.embark.cli.CliTest");
  }

  @Test
  void anUnknownCommandIsAnsweredWithTheNearestOne() {
    var run = Capture.of(new Greet());

    assertThat(run.run("gret")).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "embark: There is no command \"gret\".\nDid you mean greet? See `embark --help`.\n");
  }

  @Test
  void anUnknownOptionIsAnsweredWithTheNearestOne() {
    var run = Capture.of(new Greet());

    assertThat(run.run("greet", "--jsn")).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            """
            embark: `embark greet` has no option "--jsn".
            Did you mean --json? See `embark greet --help`.
            """);
  }

  @Test
  void aWordTooManyIsWrongUsage() {
    var run = Capture.of(new Greet());

    assertThat(run.run("greet", "a", "b", "--json")).isEqualTo(2);
    assertThat(error(run).get("what").stringValue())
        .isEqualTo("`embark greet` does not expect \"b\".");
  }

  @Test
  void noCommandIsWrongUsage() {
    var run = Capture.of(new Greet());

    assertThat(run.run()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "embark: No command is given.\n"
                + "Say what to do, for example `embark doctor`; `embark --help` lists the"
                + " commands.\n");
  }

  @Test
  void aTextThatLooksLikeAFileOfArgumentsIsAText() {
    var run = Capture.of(new Greet());

    assertThat(run.run("greet", "@home")).isZero();
    assertThat(run.out()).isEqualTo("hello @home\n");
  }

  @Test
  void anArgumentTheLocaleCouldNotDecodeIsRefused() {
    var run = Capture.of(new Greet());

    assertThat(run.run("greet", "Zo\uFFFD")).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            """
            embark: The argument "Zo\uFFFD" holds characters that could not be read.
            The locale of this process does not cover them, or they are not valid UTF-8.
            Set LC_ALL=C.UTF-8 and give the argument in UTF-8.
            """);
  }

  @Test
  void helpListsTheCommandsAndTheExitCodes() {
    var run = Capture.of(new Greet());

    assertThat(run.run("--help")).isZero();
    assertThat(run.out()).contains("greet  Greets.", "Exit codes: 0 done; 2 wrong usage;");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void helpOfACommandSaysHowItIsUsed() {
    var run = Capture.of(new Greet());

    assertThat(run.run("greet", "--help")).isZero();
    assertThat(run.out()).startsWith("Usage: embark greet");
  }

  @Test
  void versionNamesEmbarkAndTheJdk() {
    var run = Capture.of();

    assertThat(run.run("--version")).isZero();
    assertThat(run.out()).matches("embark \\d+\\.\\d+\\.\\d+ on JDK 2[5-9].*\n");
  }

  @Test
  void progressIsDrawnOnATerminalOnlyAndTakenAway() {
    var run = Capture.onTerminal(new Greet());

    assertThat(run.run("greet")).isZero();
    assertThat(run.err())
        .startsWith("thinking\n\r\u001B[Kgreeting  [>")
        .endsWith("0 of 2 steps\r\u001B[K");
  }

  /// A command in whose middle the process is asked to stop.
  @Command(name = "wait")
  private static final class Interrupted implements Action {
    private Runnable stop = () -> {};

    @Override
    public Answer run(Console console) {
      stop.run();
      return Answer.done(() -> Json.object().put("never", "printed"));
    }
  }

  @Test
  void anInterruptedCommandPrintsOneDocumentThatSaysSo() {
    var command = new Interrupted();
    var run = Capture.of(command);
    command.stop = run.cli()::interrupted;
    run.run("wait", "--json");

    assertThat(error(run).get("category").stringValue()).isEqualTo("INTERRUPTED");
    assertThat(error(run).get("what").stringValue()).isEqualTo("The command was interrupted.");
  }

  @Test
  void aCommandThatHasEndedIsNotInterrupted() {
    var run = Capture.of(new Greet());
    run.run("greet", "--json");
    run.cli().interrupted();

    assertThat(json(run)).isEqualTo(Json.object().put("hello", "you"));
  }

  @Test
  void standardOutputThatCannotBeWrittenIsToldAndEndsWith8() {
    var full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no space left");
          }
        };
    var err = new ByteArrayOutputStream();
    var cli =
        new Cli(
            new Surroundings(
                new PrintStream(full, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                ErrorStream.PLAIN,
                Map.of()),
            List.of(new Greet()));

    assertThat(cli.run("greet")).isEqualTo(8);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "thinking\nembark: Standard output cannot be written: closed, or its disk is full.\n");
  }
}
