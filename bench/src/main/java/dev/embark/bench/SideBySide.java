package dev.embark.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Lets contenders do the same work in turns, round by round, so that whatever disturbs the machine
/// disturbs them alike.
final class SideBySide {
  private final List<Contender> contenders;
  private final List<String> texts;

  SideBySide(List<Contender> contenders, List<String> texts) {
    this.contenders = List.copyOf(contenders);
    this.texts = List.copyOf(texts);
  }

  /// What one contender did in one round.
  ///
  /// @param cpuSeconds processor time of the whole process, threads of native code included
  record Round(double seconds, double cpuSeconds) {}

  /// Returns the rounds of each contender by name; the first, in which machine code is made and
  /// memory is first touched, is not counted. Who begins changes from round to round.
  Map<String, List<Round>> run(int rounds) {
    var results = new LinkedHashMap<String, List<Round>>();
    contenders.forEach(contender -> results.put(contender.name(), new ArrayList<>()));
    contenders.forEach(contender -> contender.embed(texts));
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < contenders.size(); i++) {
        var contender = contenders.get((round + i) % contenders.size());
        results.getOrDefault(contender.name(), new ArrayList<>()).add(time(contender));
      }
    }
    return results;
  }

  private Round time(Contender contender) {
    long cpu = cpuNanos();
    long start = System.nanoTime();
    contender.embed(texts);
    return new Round((System.nanoTime() - start) / 1e9, (cpuNanos() - cpu) / 1e9);
  }

  private static long cpuNanos() {
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean system) {
      return system.getProcessCpuTime();
    }
    return 0;
  }
}
