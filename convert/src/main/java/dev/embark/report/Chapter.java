package dev.embark.report;

import dev.embark.bundle.Variant;
import java.util.List;
import java.util.Map;

/// What the page says of one variant.
///
/// @param bytes of the variant's own files
/// @param perSecond inputs a second
/// @param evidence by the name of the output
record Chapter(
    Variant variant,
    long bytes,
    double perSecond,
    List<Judged> outputs,
    Map<String, Evidence> evidence) {
  Chapter {
    outputs = List.copyOf(outputs);
    evidence = Map.copyOf(evidence);
  }

  boolean isPass() {
    return outputs.stream().allMatch(output -> output.failures().isEmpty());
  }
}
