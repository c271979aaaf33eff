package dev.embark.cli;

import dev.embark.cli.doctor.ByteText;
import dev.embark.format.rknn.RknnFile;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// What `embark inspect` says of a `.rknn`.
final class RknnFileReport {
  private RknnFileReport() {}

  static void print(Path file, Console console, ObjectNode document) {
    var model = RknnFile.read(file);
    var chips = String.join(", ", model.chips());
    console.line(
        BundleReport.field("format")
            + "RKNN %d, %s, toolkit %s, %s"
                .formatted(model.format(), chips, model.toolkit(), ByteText.of(model.size())));
    document
        .put("format", "rknn")
        .put("format_version", model.format())
        .put("chip", chips)
        .put("toolkit", model.toolkit())
        .put("bytes", model.size());
    model
        .digest()
        .ifPresent(digest -> {
          console.line(BundleReport.field("built of") + "ONNX with SHA-256 " + digest);
          document.put("onnx_sha256", digest);
        });
    tensors("inputs", model.inputs(), console, document);
    tensors("outputs", model.outputs(), console, document);
  }

  private static void tensors(
      String side, List<RknnFile.Tensor> tensors, Console console, ObjectNode document) {
    var list = document.putArray(side);
    for (var tensor : tensors) {
      console.line(BundleReport.field(side) + tensor.name() + " " + tensor.shape());
      var shape = list.addObject().put("name", tensor.name()).putArray("shape");
      tensor.shape().forEach(shape::add);
    }
  }
}
