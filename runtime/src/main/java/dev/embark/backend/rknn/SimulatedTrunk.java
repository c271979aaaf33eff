package dev.embark.backend.rknn;

import dev.embark.backend.Executable.Port;
import dev.embark.bundle.FileDigest;
import dev.embark.format.onnx.OnnxFile;
import dev.embark.format.rknn.RknnFile;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.toolchain.rknn.RknnBuild;
import dev.embark.toolchain.rknn.RknnToolkit;
import dev.embark.toolchain.rknn.RknnToolkit.Job;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Layers in the toolkit's simulator, which knows only what it has built itself: the ONNX file
/// beside a `.rknn`, of which that file carries the digest, is built again.
final class SimulatedTrunk implements Trunk {
  private final List<Port> inputs;
  private final Port output;
  private final RknnBuild build;

  private SimulatedTrunk(List<Port> inputs, Port output, RknnBuild build) {
    this.inputs = List.copyOf(inputs);
    this.output = output;
    this.build = build;
  }

  static SimulatedTrunk open(RknnToolkit toolkit, Path file) {
    var described = RknnFile.read(file);
    var onnx = source(file);
    requireSource(described, file, onnx);
    var job =
        new Job(
            onnx,
            described.chips().getFirst(),
            "",
            Optional.empty(),
            described.inputs().stream().map(RknnFile.Tensor::shape).toList());
    return new SimulatedTrunk(
        described.inputs().stream().map(SimulatedTrunk::port).toList(),
        port(described.outputs().getFirst()),
        toolkit.build(job));
  }

  /// Returns where the graph lies that a file was built from.
  private static Path source(Path file) {
    var name = file.getFileName().toString();
    var stem = name.substring(0, name.length() - RknnFile.EXTENSION.length());
    return file.resolveSibling(stem + ".onnx");
  }

  private static void requireSource(RknnFile described, Path file, Path onnx) {
    Optional<String> digest = Optional.empty();
    if (Files.isRegularFile(onnx)) {
      try {
        digest = Optional.of(FileDigest.sha256(OnnxFile.files(onnx)));
      } catch (IOException e) {
        throw new Problem(
            Category.BAD_INPUT,
            "Cannot read " + onnx + ".",
            String.valueOf(e.getMessage()),
            "Check the permissions there.",
            e);
      }
    }
    if (digest.isEmpty() || !digest.equals(described.digest())) {
      throw new Problem(
          Category.BAD_INPUT,
          file + " cannot be simulated: " + onnx.getFileName() + " is not what it was built from.",
          "The simulator builds that file again, whose digest is %s, expected %s."
              .formatted(digest.orElse("missing"), described.digest().orElse("missing")),
          "Convert the model again.");
    }
  }

  private static Port port(RknnFile.Tensor tensor) {
    var sizes = tensor.shape().stream().mapToLong(Long::longValue).toArray();
    return new Port(tensor.name(), ElementType.F32, Shape.of(sizes));
  }

  @Override
  public List<Port> inputs() {
    return inputs;
  }

  @Override
  public Port output() {
    return output;
  }

  @Override
  public void run(List<MemorySegment> given, MemorySegment target) {
    var values = new ArrayList<float[]>();
    given.forEach(each -> values.add(each.toArray(ValueLayout.JAVA_FLOAT)));
    var result = build.infer(values);
    if ((long) result.length * Float.BYTES != target.byteSize()) {
      throw new Problem(
          Category.UNAVAILABLE,
          "Rockchip's simulator answers %d values, expected %s."
              .formatted(result.length, output.shape()),
          "",
          "Install the toolchain again.");
    }
    MemorySegment.copy(result, 0, target, ValueLayout.JAVA_FLOAT, 0, result.length);
  }

  @Override
  public void close() {
    build.close();
  }
}
