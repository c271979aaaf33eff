package dev.embark.convert;

import dev.embark.backend.sophon.SophonBackend;
import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.Chain;
import dev.embark.bundle.Chain.Sequence;
import dev.embark.bundle.Chain.StageFile;
import dev.embark.family.Families;
import dev.embark.format.bmodel.BmodelFile;
import dev.embark.format.safetensors.Safetensors;
import dev.embark.pass.Pass;
import dev.embark.pass.Split;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.process.FolderTree;
import dev.embark.progress.Progress;
import dev.embark.target.sophon.SophonTarget;
import dev.embark.target.sophon.TpuCompiler;
import dev.embark.tensor.Weight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Writes the three stages of a chain for a SOPHON device: tables and pooling for ONNX Runtime, and
/// between them the layers, compiled for each length.
final class SophonDraft {
  /// Of each call of the compiler; one of 600 million parameters takes half a minute.
  private static final Duration LIMIT = Duration.ofMinutes(20);

  private final BundleWriter bundle;
  private final Families.Model model;
  private final Path toolchain;
  private final Progress progress;

  SophonDraft(BundleWriter bundle, Families.Model model, Path toolchain, Progress progress) {
    this.bundle = bundle;
    this.model = model;
    this.toolchain = toolchain;
    this.progress = progress;
  }

  /// Writes all files, and returns the chain that they are.
  Chain write(Recipe recipe, Target.Sophon target) {
    var host = HostStages.write(model.graph(), recipe, bundle);
    var stem = "sophon/%s-%s".formatted(target.name(), recipe.precision().key());
    var path = stem + BmodelFile.EXTENSION;
    var positional = new TreeMap<String, Weight>();
    var lengths = compile(recipe, target, positional, bundle.file(path));
    if (!positional.isEmpty()) {
      var file = bundle.file(stem + Safetensors.EXTENSION);
      Safetensors.writeFloats(file, positional, Map.of());
    }
    var files =
        lengths.stream()
            .sorted()
            .map(length -> new StageFile(path, new Sequence.Exactly(length)))
            .toList();
    return host.around(SophonBackend.NAME, files);
  }

  /// Compiles the layers for each length into one file, and returns the lengths.
  ///
  /// @param positional is given the values of what the networks are told beside the text
  private List<Integer> compile(
      Recipe recipe, Target.Sophon target, Map<String, Weight> positional, Path file) {
    var compiler = new TpuCompiler(toolchain, LIMIT);
    var mode = mode(recipe.precision());
    var folder = bundle.scratch("sophon/log").resolveSibling(".").normalize();
    var lengths = List.copyOf(recipe.byLength().keySet());
    var nets = new ArrayList<Path>();
    try (var task = progress.begin("Compiling", lengths.size(), Progress.Unit.STEPS)) {
      for (var each : recipe.byLength().entrySet()) {
        var fixed = Pass.applyAll(model.graph(), each.getValue().passes());
        // Networks of one name are taken for one, whose shorter forms answer zeros in silence.
        var net = "trunk" + each.getKey();
        // What compiling leaves behind is several times as large as the network.
        var own = Files.createDirectory(folder.resolve(net));
        SophonTarget.emit(Split.of(fixed).trunk(), net, own)
            .forEach((name, values) -> positional.put(net + "/" + name, new Weight.Stored(values)));
        var compiled = compiler.compile(net, target.chip(), mode, own);
        nets.add(Files.move(compiled, folder.resolve(compiled.getFileName())));
        FolderTree.delete(own);
        task.advance(1);
      }
      var whole = nets.size() == 1 ? nets.getFirst() : compiler.combine(nets, "all.bmodel", folder);
      Files.move(whole, file);
      FolderTree.delete(folder);
    } catch (IOException e) {
      throw BundleWriter.unwritable(file, e);
    }
    return lengths;
  }

  private static TpuCompiler.Mode mode(Precision precision) {
    return switch (precision) {
      case FP32 -> TpuCompiler.Mode.F32;
      case FP16 -> TpuCompiler.Mode.F16;
      case BF16 -> TpuCompiler.Mode.BF16;
      case INT8_WEIGHTS -> TpuCompiler.Mode.W8F16;
      case INT8, INT4 ->
          throw new Problem(
              Category.UNSUPPORTED,
              "Embark does not write SOPHON files in %s.".formatted(precision.key()),
              "Vectors are measured to be wrong in it: a cosine of 0.7 where 8 bits are calibrated.",
              "Choose fp16, bf16, int8-weights or fp32.");
    };
  }
}
