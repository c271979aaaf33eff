package dev.embark.convert;

import dev.embark.backend.rknn.RknnBackend;
import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.Chain;
import dev.embark.bundle.Chain.Sequence;
import dev.embark.bundle.Chain.StageFile;
import dev.embark.family.Families;
import dev.embark.format.rknn.RknnFile;
import dev.embark.pass.Pass;
import dev.embark.pass.Split;
import dev.embark.progress.Progress;
import dev.embark.target.rknn.RknnCompiler;
import dev.embark.target.rknn.RknnTarget;
import dev.embark.toolchain.rknn.RknnToolkit;
import java.nio.file.Path;
import java.util.ArrayList;

/// Writes the three stages of a chain for an NPU of Rockchip's: tables and pooling for ONNX
/// Runtime, and between them the layers, a file for each length. Beside each lies the graph that it
/// was built from, which the simulator needs.
final class RknnDraft {
  private final BundleWriter bundle;
  private final Families.Model model;
  private final RknnCompiler compiler;
  private final Progress progress;

  RknnDraft(BundleWriter bundle, Families.Model model, Path toolchain, Progress progress) {
    this.bundle = bundle;
    this.model = model;
    this.compiler = new RknnCompiler(RknnToolkit.in(toolchain));
    this.progress = progress;
  }

  /// Writes all files, and returns the chain that they are.
  Chain write(Recipe recipe, Target.Rknn target) {
    var host = HostStages.write(model.graph(), recipe, bundle);
    var recipes = recipe.byLength();
    var files = new ArrayList<StageFile>();
    try (var task = progress.begin("Compiling", recipes.size(), Progress.Unit.STEPS)) {
      recipes.forEach((length, each) -> {
        var stem = "rknn/%s-%s-%d".formatted(target.name(), recipe.precision().key(), length);
        var onnx = bundle.file(stem + ".onnx");
        var fixed = Pass.applyAll(model.graph(), each.passes());
        RknnTarget.emit(Split.of(fixed).trunk(), onnx);
        var path = stem + RknnFile.EXTENSION;
        compiler.compile(onnx, target.chip(), bundle.file(path));
        files.addFirst(new StageFile(path, new Sequence.Exactly(length)));
        task.advance(1);
      });
    }
    return host.around(RknnBackend.NAME, files);
  }
}
