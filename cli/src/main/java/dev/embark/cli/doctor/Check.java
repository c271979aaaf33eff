package dev.embark.cli.doctor;

/// Looks at one thing that Embark needs or that changes what it does.
@FunctionalInterface
public interface Check {
  /// Returns what is there; a check finds fault with the machine, it never throws.
  Finding examine(Host host);
}
