package dev.embark.target.rknn;

import dev.embark.bundle.FileDigest;
import dev.embark.format.onnx.OnnxFile;
import dev.embark.format.rknn.RknnFile;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.toolchain.rknn.RknnToolkit;
import dev.embark.toolchain.rknn.RknnToolkit.Job;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Compiles trunks, and does not take the toolkit's word for it: a build that says it went well may
/// have left layers to the CPU, or numbers out of range.
public record RknnCompiler(RknnToolkit toolkit) {
  /// Compiles what [RknnTarget] wrote. Throws a `Problem` of category `UNSUPPORTED` or
  /// `VERIFICATION_FAILED` where the result is not what it should be.
  ///
  /// @param target file to be written
  public void compile(Path onnx, String chip, Path target) {
    var digest = digest(onnx);
    var job = new Job(onnx, chip, RknnFile.MARK + digest, Optional.of(target), List.of());
    try (var build = toolkit.build(job)) {
      var table = LayerTable.of(build.printed());
      requireOnDevice(table);
      requireInRange(table);
      requireFile(target, chip, digest);
    }
  }

  private static String digest(Path onnx) {
    try {
      return FileDigest.sha256(OnnxFile.files(onnx));
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT, "Cannot read " + onnx + ".", String.valueOf(e.getMessage()), "", e);
    }
  }

  private static void requireOnDevice(LayerTable table) {
    if (table.layers().isEmpty()) {
      throw new Problem(
          Category.UNSUPPORTED,
          "Rockchip's toolkit does not say where it computes the layers.",
          "Its output has no table of layers.",
          "Install the version that Embark knows: `embark toolchain install rknn`.");
    }
    var left = table.onProcessor();
    if (!left.isEmpty()) {
      throw new Problem(
          Category.UNSUPPORTED,
          "Rockchip's toolkit leaves " + left + " to the CPU of the board.",
          "The NPU has no such operation, or not of that size.",
          "Convert to ONNX, or take a shorter --sequence.");
    }
  }

  private static void requireInRange(LayerTable table) {
    if (!table.overflows().isEmpty()) {
      throw new Problem(
          Category.VERIFICATION_FAILED,
          "Numbers of this model leave the range of 16 bits.",
          table.overflows().getFirst(),
          "Run it in fp32 on the CPU: convert with --to onnx.");
    }
  }

  /// A file that a full disk cut short would load nowhere.
  private static void requireFile(Path target, String chip, String digest) {
    var file = RknnFile.read(target);
    if (!file.chips().contains(chip) || !file.digest().equals(Optional.of(digest))) {
      throw new Problem(
          Category.VERIFICATION_FAILED,
          target + " is for " + file.chips() + " and of another model than was asked for.",
          "",
          "Install the toolkit again: `embark toolchain remove rknn`, then install.");
    }
  }
}
