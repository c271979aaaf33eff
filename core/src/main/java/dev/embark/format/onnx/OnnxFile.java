package dev.embark.format.onnx;

import dev.embark.format.NewFile;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// ONNX model files: one protobuf message of type `ModelProto`.
///
/// Fields by number, as [onnx.proto](https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) has
/// them; `*` marks lists. Other fields are skipped in reading and absent in writing. `int`, enums
/// included, is a varint; `text` is UTF-8; texts, bytes and messages follow their length.
///
/// - `ModelProto`: 1 `ir_version` int, 2 `producer_name` text, 3 `producer_version` text, 7 `graph`
///   GraphProto, 8 `opset_import` OperatorSetIdProto*, 14 `metadata_props` StringStringEntryProto*
/// - `OperatorSetIdProto`: 1 `domain` text (empty and `ai.onnx` are the same), 2 `version` int
/// - `StringStringEntryProto`: 1 `key` text, 2 `value` text
/// - `GraphProto`: 1 `node` NodeProto*, 2 `name` text, 5 `initializer` TensorProto*, 11 `input`
///   ValueInfoProto*, 12 `output` ValueInfoProto*
/// - `NodeProto`: 1 `input` text*, 2 `output` text*, 3 `name` text, 4 `op_type` text, 5 `attribute`
///   AttributeProto*, 7 `domain` text
/// - `AttributeProto`: 1 `name` text, 20 `type` int, and by type: 1 in 2 `f` float, 2 in 3 `i` int,
///   3 in 4 `s` bytes, 4 in 5 `t` TensorProto, 6 in 7 `floats` float*, 7 in 8 `ints` int*
/// - `TensorProto`: 1 `dims` int*, 2 `data_type` int, 8 `name` text, and the values: 9 `raw_data`
///   bytes, row-major, little-endian; or a list of numbers (fields 4, 5, 7, 10, read only); or 14
///   `data_location` = 1 and 13 `external_data` StringStringEntryProto*
/// - `ValueInfoProto`: 1 `name` text, 2 `type` TypeProto
/// - `TypeProto`: 1 `tensor_type`, a message of 1 `elem_type` int and 2 `shape` TensorShapeProto
/// - `TensorShapeProto`: 1 `dim`*, a message of 1 `dim_value` int or 2 `dim_param` text
///
/// External data is another file of the model's folder: entry `location` names it, `offset` and
/// `length` count bytes in it
/// ([specification](https://github.com/onnx/onnx/blob/main/docs/ExternalData.md)).
public final class OnnxFile {
  /// What a protobuf reader takes: 2 GiB less one byte.
  private static final long MESSAGE_BYTES_MAX = Integer.MAX_VALUE;

  private OnnxFile() {}

  /// Maps a model of any size; tensors are slices of the map, released with `arena`.
  ///
  /// Other files are opened only for external data, and only inside the model's folder.
  public static OnnxModel read(Path file, Arena arena) {
    return new OnnxReader(file, arena).read();
  }

  /// Returns the files of a model that [#write] wrote: it, and that of its weights where they did
  /// not fit into it.
  public static List<Path> files(Path file) {
    var data = data(file);
    return Files.exists(data) ? List.of(file, data) : List.of(file);
  }

  private static Path data(Path file) {
    return file.resolveSibling(file.getFileName() + "_data");
  }

  /// Returns where a model's constants lie in its folder, by their names, so that another model
  /// there need not hold them again.
  public static Map<String, OnnxContent.Elsewhere> places(Path file) {
    try (var arena = Arena.ofConfined()) {
      return new OnnxReader(file, arena).places();
    }
  }

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
      external = ExternalData.in(data(file).getFileName().toString());
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
