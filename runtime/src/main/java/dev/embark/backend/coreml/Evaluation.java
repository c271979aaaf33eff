package dev.embark.backend.coreml;

import static java.util.Objects.requireNonNull;

import dev.embark.format.mlprogram.Feature;
import dev.embark.format.mlprogram.MilFunction;
import dev.embark.format.mlprogram.MilType;
import dev.embark.format.mlprogram.MlPackage;
import dev.embark.format.mlprogram.Signature;
import java.util.HashMap;
import java.util.Map;

/// Embark's own loops on a function of a package.
final class Evaluation implements Computation {
  private final MilProgram program;
  private final Signature signature;

  Evaluation(MlPackage opened, MilFunction function, Signature signature) {
    this.program = new MilProgram(opened, function);
    this.signature = signature;
  }

  @Override
  public Map<String, float[]> run(Map<String, int[]> inputs) {
    var values = new HashMap<String, MilTensor>();
    for (var feature : signature.inputs()) {
      var sizes = feature.shape().stream().mapToInt(Math::toIntExact).toArray();
      var given = requireNonNull(inputs.get(feature.name()), feature.name());
      values.put(feature.name(), MilTensor.ofIntegers(MilType.INT32, sizes, given));
    }
    var computed = program.run(values);
    var results = new HashMap<String, float[]>();
    for (Feature feature : signature.outputs()) {
      results.put(
          feature.name(), requireNonNull(computed.get(feature.name()), feature.name()).reals());
    }
    return results;
  }

  @Override
  public void close() {}
}
