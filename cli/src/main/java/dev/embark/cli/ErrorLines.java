package dev.embark.cli;

import dev.embark.cli.Surroundings.ErrorStream;
import dev.embark.progress.Progress;
import java.io.PrintStream;
import java.util.function.LongSupplier;

/// Standard error: lines that stay, and below them, on a terminal, one line that is drawn over to
/// show how far long work is.
///
/// Safe for use by several threads.
final class ErrorLines {
  private static final String ERASE_LINE = "\r\u001B[K";
  private static final int COLUMNS = 80;
  private static final long REDRAW_NANOS = 100_000_000;

  private final PrintStream err;
  private final ErrorStream kind;
  private final LongSupplier nanoClock;
  private boolean drawn;

  ErrorLines(PrintStream err, ErrorStream kind, LongSupplier nanoClock) {
    this.err = err;
    this.kind = kind;
    this.nanoClock = nanoClock;
  }

  static ErrorLines of(Surroundings surroundings) {
    return new ErrorLines(surroundings.err(), surroundings.errorStream(), System::nanoTime);
  }

  /// Prints text that stays.
  synchronized void print(String text) {
    clear();
    err.println(text);
  }

  /// Takes the line that is drawn over away.
  synchronized void clear() {
    if (drawn) {
      err.print(ERASE_LINE);
      err.flush();
      drawn = false;
    }
  }

  private synchronized void draw(String line) {
    err.print(ERASE_LINE + line.substring(0, Math.min(line.length(), COLUMNS - 1)));
    err.flush();
    drawn = true;
  }

  /// Returns a progress that draws on this terminal, or a silent one where nobody watches.
  Progress progress() {
    return switch (kind) {
      case TERMINAL -> (what, total, unit) -> new Bar(what, total, unit);
      case PLAIN -> Progress.SILENT;
    };
  }

  /// One piece of work, redrawn at most ten times a second.
  private final class Bar implements Progress.Task {
    private final String what;
    private final long total;
    private final Progress.Unit unit;
    private long done;
    private long redrawNanos;

    Bar(String what, long total, Progress.Unit unit) {
      this.what = what;
      this.total = total;
      this.unit = unit;
      redrawNanos = nanoClock.getAsLong() + REDRAW_NANOS;
      draw(ProgressLine.of(what, 0, total, unit));
    }

    @Override
    public void advance(long units) {
      synchronized (ErrorLines.this) {
        done += units;
        long now = nanoClock.getAsLong();
        if (now - redrawNanos >= 0) {
          redrawNanos = now + REDRAW_NANOS;
          draw(ProgressLine.of(what, done, total, unit));
        }
      }
    }

    @Override
    public void close() {
      clear();
    }
  }
}
