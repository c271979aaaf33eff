package dev.embark.backend;

import dev.embark.bundle.Chain;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The backends of a chain whose stages run on different ones.
public final class SeveralBackends implements Backend {
  private final List<Backend> backends;

  private SeveralBackends(List<Backend> backends) {
    this.backends = backends;
  }

  /// Returns all backends of a chain as one: the only one, or several of different names.
  ///
  /// @param load returns a backend by its name
  public static Backend of(Chain chain, Function<String, ? extends Backend> load) {
    var backends =
        chain.stages().stream().map(Chain.Stage::backend).distinct().<Backend>map(load).toList();
    return backends.size() == 1 ? backends.getFirst() : new SeveralBackends(backends);
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
