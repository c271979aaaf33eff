package dev.embark.timing;

import dev.embark.backend.Backend;
import dev.embark.backend.Executable;
import dev.embark.backend.Pace;
import dev.embark.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A backend that reports how long each run of a file takes.
record Watched(Backend own, Stopwatch watch) implements Backend {
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
    return own.stage(wanted).map(stage -> new Watched(stage, watch));
  }

  @Override
  public Executable open(Path file) {
    return new Timed(own.open(file), file, watch);
  }

  private record Timed(Executable own, Path file, Stopwatch watch) implements Executable {
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
      long texts = inputs.values().iterator().next().shape().size(0);
      long start = watch.now();
      own.run(inputs, outputs);
      watch.add(file, watch.now() - start, texts);
    }

    @Override
    public void close() {
      own.close();
    }
  }
}
