package dev.embark.format.onnx;

import dev.embark.format.NewFile;
import java.nio.file.Path;

/// ONNX model files: one protobuf message `ModelProto`, tensors little-endian and row-major.
public final class OnnxFile {
  /// What a protobuf reader takes: 2 GiB less one byte.
  private static final long MESSAGE_BYTES_MAX = Integer.MAX_VALUE;

  private OnnxFile() {}

  /// Writes a model to a file that does not exist yet: below 2 GiB all of it, otherwise with the
  /// tensors of 1 KiB and more in `<name>_data` beside it.
  ///
  /// The same model gives the same bytes. Weights are streamed, so the heap holds names and numbers
  /// and one block of values.
  public static void write(OnnxModel model, Path file) {
    write(model, file, MESSAGE_BYTES_MAX);
  }

  static void write(OnnxModel model, Path file, long messageBytesMax) {
    var external = ExternalData.none();
    var message = new OnnxWriter(external).model(model);
    if (message.byteSize() > messageBytesMax) {
      external = ExternalData.in(file.getFileName() + "_data");
      message = new OnnxWriter(external).model(model);
    }
    try (var written = NewFile.create(file)) {
      written.write(message::writeTo);
      if (!external.isEmpty()) {
        try (var data = NewFile.create(file.resolveSibling(external.location()))) {
          data.write(external::writeTo);
          data.finish();
        }
      }
      written.finish();
    }
  }
}
