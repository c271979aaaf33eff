package dev.embark.source;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.time.Duration;
import java.util.List;

/// How long to wait for others: for a connection, for the next byte, before each new attempt, and
/// for another process that fetches the same file.
record Patience(Duration connect, Duration stall, List<Duration> pauses, Duration lock) {
  static final Patience DEFAULT =
      new Patience(
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          List.of(
              Duration.ofSeconds(1),
              Duration.ofSeconds(2),
              Duration.ofSeconds(4),
              Duration.ofSeconds(8),
              Duration.ofSeconds(15)),
          Duration.ofHours(1));

  Patience {
    pauses = List.copyOf(pauses);
  }

  /// Returns how many attempts are made in all.
  int attemptsMax() {
    return pauses.size() + 1;
  }

  /// Waits before the attempt after attempt `index`, counted from 0.
  void pause(int index) {
    try {
      Thread.sleep(pauses.get(index));
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /// Returns the problem of a thread that was asked to stop, and leaves its mark in place.
  static Problem interrupted() {
    Thread.currentThread().interrupt();
    return new Problem(
        Category.INTERRUPTED, "Fetching was interrupted.", "", "Run it again to go on.");
  }
}
