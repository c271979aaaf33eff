package dev.embark.backend;

import dev.embark.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A backend whose every run goes by way of somebody who looks on, such as one with a stopwatch.
public record Observed(Backend own, Observer observer) implements Backend {
  /// Who looks on. Has to let the executable run, and to be thread-safe.
  public interface Observer {
    /// Runs an executable, as [Executable#run] is asked to.
    ///
    /// @param file that it was opened from
    void run(Path file, Executable own, Map<String, Tensor> inputs, Map<String, Tensor> outputs);
  }

  @Override
  public String name() {
    return own.name();
  }

  @Override
  public String version() {
    return own.version();
  }

  @Override
  public Pace pace() {
    return own.pace();
  }

  @Override
  public Optional<Backend> stage(String wanted) {
    return own.stage(wanted).map(stage -> new Observed(stage, observer));
  }

  @Override
  public Executable open(Path file) {
    return new Run(file, own.open(file), observer);
  }

  private record Run(Path file, Executable own, Observer observer) implements Executable {
    @Override
    public List<Port> inputs() {
      return own.inputs();
    }

    @Override
    public List<Integer> lengths() {
      return own.lengths();
    }

    @Override
    public List<Port> outputs() {
      return own.outputs();
    }

    @Override
    public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
      observer.run(file, own, inputs, outputs);
    }

    @Override
    public void close() {
      own.close();
    }
  }
}
