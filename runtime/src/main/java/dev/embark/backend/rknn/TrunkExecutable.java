package dev.embark.backend.rknn;

import dev.embark.backend.Executable;
import dev.embark.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A file of one length: vectors of tokens in, vectors of tokens out.
final class TrunkExecutable implements Executable {
  private final Trunk trunk;

  TrunkExecutable(Trunk trunk) {
    this.trunk = trunk;
  }

  @Override
  public List<Port> inputs() {
    return trunk.inputs();
  }

  @Override
  public List<Port> outputs() {
    return List.of(trunk.output());
  }

  @Override
  public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    var given = new ArrayList<MemorySegment>();
    inputs().forEach(port -> given.add(port.in(inputs).bytes()));
    var wanted = trunk.output().in(outputs).bytes();
    Port.requireOnly(inputs, inputs());
    Port.requireOnly(outputs, outputs());
    trunk.run(given, wanted);
  }

  @Override
  public void close() {
    trunk.close();
  }
}
