package dev.embark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.cli.Surroundings.ErrorStream;
import dev.embark.progress.Progress.Unit;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ErrorLinesTest {
  private static final String ERASE = "\r\u001B[K";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final AtomicLong nanos = new AtomicLong();

  private ErrorLines lines(ErrorStream kind) {
    return new ErrorLines(new PrintStream(bytes, true, StandardCharsets.UTF_8), kind, nanos::get);
  }

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void progressIsRedrawnTenTimesASecondAtMost() {
    var task = lines(ErrorStream.TERMINAL).progress().begin("fetch", 100, Unit.STEPS);
    for (int i = 0; i < 50; i++) {
      nanos.addAndGet(10_000_000);
      task.advance(1);
    }

    assertThat(printed().split(ERASE.replace("[", "\\["), -1)).hasSize(1 + 1 + 5);
    assertThat(printed()).endsWith("50 of 100 steps");
  }

  @Test
  void aLineThatStaysIsPrintedAboveTheProgress() {
    var lines = lines(ErrorStream.TERMINAL);
    var task = lines.progress().begin("fetch", 100, Unit.STEPS);
    lines.print("a note");
    nanos.addAndGet(200_000_000);
    task.advance(7);

    assertThat(printed()).contains("0 of 100 steps" + ERASE + "a note\n" + ERASE + "fetch");
  }

  @Test
  void nothingIsDrawnWhereNobodyWatches() {
    try (var task = lines(ErrorStream.PLAIN).progress().begin("fetch", 100, Unit.STEPS)) {
      nanos.addAndGet(200_000_000);
      task.advance(100);
    }

    assertThat(printed()).isEmpty();
  }
}
