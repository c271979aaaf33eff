package dev.embark.backend.coreml;

import static java.util.Objects.requireNonNull;

import dev.embark.format.mlprogram.Feature;
import dev.embark.format.mlprogram.Signature;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// An `MLModel` that is open. All calls come from one thread, inside a pool.
final class AppleModel implements Computation {
  /// The codes of `MLMultiArrayDataType`, which are those of the specification.
  private static final long INT32 = 131_104;

  private static final long FLOAT32 = 65_568;
  private static final long FLOAT16 = 65_552;

  private final ObjectiveC runtime;
  private final Signature signature;
  private final long model;

  private AppleModel(ObjectiveC runtime, Signature signature, long model) {
    this.runtime = runtime;
    this.signature = signature;
    this.model = model;
  }

  /// `MLComputeUnits`.
  enum Units {
    CPU_ONLY(0),
    CPU_AND_GPU(1),
    ALL(2),
    CPU_AND_NEURAL_ENGINE(3);

    private final long number;

    Units(long number) {
      this.number = number;
    }
  }

  /// Which program is opened.
  ///
  /// @param function its name in a package of several, empty in one of one
  record Wanted(Path file, String function, Signature signature, Units units) {}

  /// Compiles a package, and opens it; the compiled files are temporary ones of the system.
  static AppleModel open(ObjectiveC runtime, Wanted wanted) {
    long type = runtime.type("MLModel");
    long url =
        runtime.send(
            runtime.type("NSURL"),
            "fileURLWithPath:",
            runtime.string(wanted.file().toAbsolutePath().toString()));
    long compiled =
        runtime.require(
            "compile " + wanted.file(),
            error -> runtime.send(type, "compileModelAtURL:error:", url, error));
    long configuration =
        runtime.send(runtime.send(runtime.type("MLModelConfiguration"), "alloc"), "init");
    try {
      runtime.send(configuration, "setComputeUnits:", wanted.units().number);
      if (!wanted.function().isEmpty()) {
        runtime.send(configuration, "setFunctionName:", runtime.string(wanted.function()));
      }
      long model =
          runtime.require(
              "open " + wanted.file(),
              error ->
                  runtime.send(
                      type,
                      "modelWithContentsOfURL:configuration:error:",
                      compiled,
                      configuration,
                      error));
      return new AppleModel(runtime, wanted.signature(), runtime.keep(model));
    } finally {
      runtime.release(configuration);
    }
  }

  @Override
  public Map<String, float[]> run(Map<String, int[]> inputs) {
    var kept = new ArrayList<Long>();
    try {
      long features = features(inputs, kept);
      long answer =
          runtime.require(
              "compute",
              error -> runtime.send(model, "predictionFromFeatures:error:", features, error));
      var results = new HashMap<String, float[]>();
      for (var feature : signature.outputs()) {
        long value = runtime.send(answer, "featureValueForName:", runtime.string(feature.name()));
        results.put(feature.name(), values(feature, runtime.send(value, "multiArrayValue")));
      }
      return results;
    } finally {
      kept.reversed().forEach(runtime::release);
    }
  }

  /// Returns an `MLDictionaryFeatureProvider` of all inputs.
  private long features(Map<String, int[]> inputs, List<Long> kept) {
    var names = new long[signature.inputs().size()];
    var values = new long[names.length];
    for (int i = 0; i < names.length; i++) {
      var feature = signature.inputs().get(i);
      long array = array(feature, requireNonNull(inputs.get(feature.name()), feature.name()), kept);
      names[i] = runtime.string(feature.name());
      values[i] =
          runtime.send(runtime.type("MLFeatureValue"), "featureValueWithMultiArray:", array);
    }
    try (var arena = Arena.ofConfined()) {
      long dictionary =
          runtime.send(
              runtime.type("NSDictionary"),
              "dictionaryWithObjects:forKeys:count:",
              arena.allocateFrom(ValueLayout.JAVA_LONG, values).address(),
              arena.allocateFrom(ValueLayout.JAVA_LONG, names).address(),
              names.length);
      long fresh = runtime.send(runtime.type("MLDictionaryFeatureProvider"), "alloc");
      long provider =
          runtime.require(
              "take its inputs",
              error -> runtime.send(fresh, "initWithDictionary:error:", dictionary, error));
      kept.add(provider);
      return provider;
    }
  }

  private long array(Feature feature, int[] given, List<Long> kept) {
    var sizes = feature.shape().stream().mapToLong(runtime::number).toArray();
    long shape = runtime.array(sizes);
    long fresh = runtime.send(runtime.type("MLMultiArray"), "alloc");
    long array =
        runtime.require(
            "make an input",
            error -> runtime.send(fresh, "initWithShape:dataType:error:", shape, INT32, error));
    kept.add(array);
    var places = Places.of(feature, runtime.numbers(runtime.send(array, "strides")));
    var memory =
        ObjectiveC.memory(runtime.send(array, "dataPointer"), places.span() * (long) Integer.BYTES);
    for (int i = 0; i < given.length; i++) {
      memory.setAtIndex(ValueLayout.JAVA_INT, places.of(i), given[i]);
    }
    return array;
  }

  private float[] values(Feature feature, long array) {
    var shape = runtime.numbers(runtime.send(array, "shape"));
    if (array == 0 || !feature.shape().equals(shape)) {
      throw unlike(feature, "it is not of shape " + feature.shape());
    }
    var places = Places.of(feature, runtime.numbers(runtime.send(array, "strides")));
    long type = runtime.send(array, "dataType");
    int width = type == FLOAT32 ? Float.BYTES : Short.BYTES;
    if (type != FLOAT32 && type != FLOAT16) {
      throw unlike(feature, "its elements are of type " + type);
    }
    MemorySegment memory =
        ObjectiveC.memory(runtime.send(array, "dataPointer"), places.span() * width);
    var values = new float[places.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          type == FLOAT32
              ? memory.getAtIndex(ValueLayout.JAVA_FLOAT, places.of(i))
              : Float.float16ToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, places.of(i)));
    }
    return values;
  }

  private static Problem unlike(Feature feature, String how) {
    return new Problem(
        Category.BAD_INPUT,
        "Core ML gives another " + feature.name() + " than the package says: " + how + ".",
        "",
        "See `embark inspect`, and convert the model again.");
  }

  /// Where the elements of an array lie: rows may be padded, as those of the Neural Engine are.
  ///
  /// @param strides in elements
  private record Places(List<Long> sizes, List<Long> strides) {
    static Places of(Feature feature, List<Long> strides) {
      if (strides.size() != feature.shape().size()) {
        throw unlike(feature, "it has " + strides.size() + " strides");
      }
      return new Places(feature.shape(), strides);
    }

    int count() {
      return Math.toIntExact(sizes.stream().reduce(1L, Math::multiplyExact));
    }

    long of(int index) {
      long place = 0;
      long rest = index;
      for (int axis = strides.size() - 1; axis >= 0; axis--) {
        place += rest % sizes.get(axis) * strides.get(axis);
        rest /= sizes.get(axis);
      }
      return place;
    }

    /// Returns how many elements lie between the first and the end of the last.
    long span() {
      return of(count() - 1) + 1;
    }
  }

  @Override
  public void close() {
    runtime.release(model);
  }
}
