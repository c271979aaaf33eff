package dev.embark.bundle;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which [Variant] of a bundle is to be used.
public sealed interface WantedVariant {
  /// Environment variables that name a variant for all bundles of a process, the first of them
  /// before the others; the last is the word of deployments that were there before Embark.
  List<String> ENVIRONMENT = List.of("EMBARK_VARIANT", "PATINA_MODEL");

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
  static WantedVariant of(Map<String, String> environment) {
    for (var variable : ENVIRONMENT) {
      var name = Optional.ofNullable(environment.get(variable)).filter(text -> !text.isBlank());
      if (name.isPresent()) {
        return new Named(name.get().strip(), variable);
      }
    }
    return new Preferred();
  }
}
