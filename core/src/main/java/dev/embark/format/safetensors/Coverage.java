package dev.embark.format.safetensors;

import dev.embark.problem.Problem;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/// The rule that tensors cover the data without hole, overlap or rest: every byte has one meaning.
record Coverage(Path file) {
  void check(List<HeaderEntry> entries, long dataSize) {
    var ordered =
        entries.stream()
            .sorted(
                Comparator.comparingLong(HeaderEntry::begin)
                    .thenComparingLong(HeaderEntry::end)
                    .thenComparing(HeaderEntry::name))
            .toList();
    long end = 0;
    var before = "the header";
    for (var entry : ordered) {
      if (entry.end() > dataSize) {
        throw Safetensors.damaged(
            file,
            tensor(entry)
                + " ends at byte "
                + entry.end()
                + " of the data, which has "
                + dataSize
                + ".",
            "The file is truncated.");
      }
      if (entry.begin() < end) {
        throw uneven(entry, "overlaps " + before + ", which ends at byte " + end);
      }
      if (entry.begin() > end) {
        throw uneven(entry, "leaves a hole after " + before + ", which ends at byte " + end);
      }
      end = entry.end();
      before = "\"" + entry.name() + "\"";
    }
    if (end < dataSize) {
      throw Safetensors.damaged(
          file,
          "has " + (dataSize - end) + " bytes after the end of its last tensor.",
          "The header does not describe all of the data.");
    }
  }

  private Problem uneven(HeaderEntry entry, String how) {
    return Safetensors.damaged(
        file,
        tensor(entry) + " starts at byte " + entry.begin() + " and " + how + ".",
        "Tensors must follow one another without holes or overlaps.");
  }

  private static String tensor(HeaderEntry entry) {
    return "is damaged: tensor \"" + entry.name() + "\"";
  }
}
