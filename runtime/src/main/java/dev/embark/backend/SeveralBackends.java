package dev.embark.backend;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The backends of a chain whose stages run on different ones.
public final class SeveralBackends implements Backend {
  private final List<Backend> backends;

  /// Puts backends of different names together.
  public SeveralBackends(List<? extends Backend> backends) {
    this.backends = List.copyOf(backends);
  }

  @Override
  public String name() {
    return backends.stream().map(Backend::name).collect(Collectors.joining("+"));
  }

  @Override
  public String version() {
    return backends.stream().map(Backend::version).collect(Collectors.joining("+"));
  }

  @Override
  public Pace pace() {
    return backends.stream().map(Backend::pace).max(Comparator.naturalOrder()).orElse(Pace.DEVICE);
  }

  @Override
  public Optional<Backend> stage(String wanted) {
    return backends.stream().filter(backend -> backend.name().equals(wanted)).findFirst();
  }

  @Override
  public Executable open(Path file) {
    throw new IllegalStateException("a file is for one of " + name());
  }
}
