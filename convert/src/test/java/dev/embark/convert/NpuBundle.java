package dev.embark.convert;

import dev.embark.Backends;
import dev.embark.Devices;
import dev.embark.Embark;
import dev.embark.backend.Backend;
import dev.embark.backend.Executable;
import dev.embark.backend.Observed;
import dev.embark.backend.Pace;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.Chain.Sequence;
import dev.embark.bundle.Chain.StageFile;
import dev.embark.bundle.Manifest;
import dev.embark.bundle.Variant;
import dev.embark.bundle.WantedVariant;
import dev.embark.checkpoint.Checkpoint;
import dev.embark.embed.EmbedSettings;
import dev.embark.family.Families;
import dev.embark.pass.Pass;
import dev.embark.pass.Split;
import dev.embark.progress.Progress;
import dev.embark.target.rknn.RknnTarget;
import java.nio.file.Path;
import java.util.List;

/// A bundle for an NPU and for ONNX Runtime, without a compiler: the NPU is one that computes the
/// very graph that its compiler is given.
record NpuBundle(Bundle bundle, Path cache) {
  static final String FIXTURE = "bert-mean";

  /// An NPU whose runs are in the hands of a test.
  record Npu(Backend own, Observed.Observer observer) implements Backend {
    @Override
    public String name() {
      return "rknn";
    }

    @Override
    public String version() {
      return "of a test";
    }

    @Override
    public Pace pace() {
      return Pace.DEVICE;
    }

    @Override
    public Executable open(Path file) {
      return new Observed(own, observer).open(file);
    }
  }

  /// Converts the fixture for the host alone.
  static Bundle plain(Path folder, Path cache) {
    return Trial.of(FIXTURE, Fixtures.describe(FIXTURE)).convert(folder.resolve("plain"), cache);
  }

  /// Returns the devices of this machine, but for the NPU, which is another.
  static Devices with(Backend npu) {
    return (name, place) -> name.equals(npu.name()) ? npu : Backends.load(name, place);
  }

  /// Returns a bundle like `plain`, which is of the fixture, with a variant for an NPU before the
  /// other.
  static NpuBundle of(Bundle plain, Path target, Path cache) {
    var manifest = plain.manifest();
    var device = new Target.Rknn("bert", "rk3588");
    var recipe = Recipe.rknn(device, List.of(manifest.pipeline().maxTokens()));
    try (var bundle = BundleWriter.create(target);
        var checkpoint = Checkpoint.open(Fixtures.describe(FIXTURE))) {
      manifest.files().forEach(file -> bundle.copy(plain.file(file.path()), file.path()));
      var graph = Families.build(checkpoint).graph();
      var trunk = "rknn/bert.onnx";
      RknnTarget.emit(Split.of(Pass.applyAll(graph, recipe.passes())).trunk(), bundle.file(trunk));
      var length = new Sequence.Exactly(manifest.pipeline().maxTokens());
      var chain =
          HostStages.write(graph, recipe, bundle)
              .around("rknn", List.of(new StageFile(trunk, length)));
      var proof = manifest.preferred().proof();
      var npu = new Variant(chain, recipe.toManifest(graph, ""), List.of(), proof);
      var whole =
          new Manifest(
              manifest.embarkVersion(),
              manifest.source(),
              manifest.model(),
              manifest.pipeline(),
              List.of(npu, manifest.preferred()),
              bundle.digests());
      return new NpuBundle(bundle.commit(whole), cache);
    }
  }

  Embark open(WantedVariant wanted, Devices devices) {
    return Embark.open(
        bundle.folder(),
        new Embark.Options(
            EmbedSettings.defaults().withCallers(2), wanted, devices, cache, Progress.SILENT));
  }
}
