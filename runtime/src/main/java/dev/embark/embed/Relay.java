package dev.embark.embed;

import dev.embark.backend.Executable;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An executable whose device may go away, and who takes over then: once, for good, and with the
/// very batch that failed, so that no text is lost or computed into another's place.
final class Relay implements Executable {
  private final Executable first;
  private final Engine.Substitute substitute;
  private Optional<Engine> second = Optional.empty();

  Relay(Executable first, Engine.Substitute substitute) {
    this.first = first;
    this.substitute = substitute;
  }

  @Override
  public List<Integer> lengths() {
    return first.lengths();
  }

  @Override
  public List<Port> inputs() {
    return first.inputs();
  }

  @Override
  public List<Port> outputs() {
    return first.outputs();
  }

  @Override
  public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    var taken = taken();
    if (taken.isPresent()) {
      taken.get().executable().run(inputs, outputs);
      return;
    }
    try {
      first.run(inputs, outputs);
    } catch (Problem e) {
      if (e.category() != Category.UNAVAILABLE) {
        throw e;
      }
      // What the device wrote until it went away is written over.
      takeOver(e).executable().run(inputs, outputs);
    }
  }

  private synchronized Optional<Engine> taken() {
    return second;
  }

  /// Several batches may fail at the same time; the first of them opens the substitute.
  private synchronized Engine takeOver(Problem why) {
    if (second.isEmpty()) {
      second = Optional.of(substitute.open(why));
    }
    return second.get();
  }

  @Override
  public void close() {
    taken().ifPresent(Engine::close);
    first.close();
  }
}
