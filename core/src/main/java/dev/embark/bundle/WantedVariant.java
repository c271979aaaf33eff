package dev.embark.bundle;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Which [Variant] of a bundle is to be used.
public sealed interface WantedVariant {
  /// Environment variables that name a variant for all bundles of a process, the first of them
  /// before the others; the last is the word of deployments that were there before Embark.
  List<String> ENVIRONMENT = List.of("EMBARK_VARIANT", "PATINA_MODEL");

  /// Backends of NPUs, by the names that stages give them.
  List<String> NPUS = List.of("rknn", "sophon");

  /// Those of the host, likewise.
  List<String> HOSTS = List.of("onnxruntime", "coreml", "table");

  /// The one the bundle prefers, or the next that this machine can run.
  record Preferred() implements WantedVariant {}

  /// This one and no other.
  ///
  /// @param origin who asks for it, for error messages: an option or an environment variable
  record Named(String name, String origin) implements WantedVariant {}

  /// Those for these backends, in this order and no others: the next takes over where one cannot
  /// run or goes away.
  record OfBackends(List<String> backends) implements WantedVariant {
    public OfBackends {
      backends = List.copyOf(backends);
    }
  }

  /// Returns what the environment says; an empty variable says nothing.
  ///
  /// `NPU_EMBEDDER_ENABLED` and `NPU_FALLBACK_CPU`, each 0 or 1, are the switches of deployments
  /// that were there before Embark: whether an NPU may compute, and whether the host may where it
  /// cannot. Throws a `Problem` of category `WRONG_USAGE` for any other word.
  static WantedVariant of(Map<String, String> environment) {
    for (var variable : ENVIRONMENT) {
      var name = Optional.ofNullable(environment.get(variable)).filter(text -> !text.isBlank());
      if (name.isPresent()) {
        return new Named(name.get().strip(), variable);
      }
    }
    var enabled = Switch.of("NPU_EMBEDDER_ENABLED", environment);
    var fallback = Switch.of("NPU_FALLBACK_CPU", environment);
    return switch (enabled) {
      case ON -> new OfBackends(fallback == Switch.OFF ? NPUS : joined(NPUS, HOSTS));
      case OFF -> new OfBackends(HOSTS);
      case UNSAID -> fallback == Switch.OFF ? new OfBackends(NPUS) : new Preferred();
    };
  }

  private static List<String> joined(List<String> first, List<String> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }
}
