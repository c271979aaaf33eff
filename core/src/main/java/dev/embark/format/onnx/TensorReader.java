package dev.embark.format.onnx;

import dev.embark.format.onnx.OnnxProto.TensorProto;
import dev.embark.format.protobuf.IncomingMessage;
import dev.embark.problem.Problem;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads a `TensorProto`: its values stand in `raw_data`, in one of the typed lists, or in another
/// file. The first and the last are given as slices of the map; lists of varints are spelt out.
final class TensorReader {
  private final IncomingMessage message;
  private final Tensors tensors;
  private final List<Long> dims = new ArrayList<>();
  private final Map<String, String> external = new HashMap<>();
  private long type;
  private long location;
  private String name = "";
  private Optional<MemorySegment> raw = Optional.empty();
  private boolean isSegment;

  TensorReader(IncomingMessage message, Tensors tensors) {
    this.message = message;
    this.tensors = tensors;
    while (message.next()) {
      switch (message.field()) {
        case TensorProto.DIMS -> message.addNumbersTo(dims);
        case TensorProto.DATA_TYPE -> type = message.number();
        case TensorProto.SEGMENT -> isSegment = true;
        case TensorProto.NAME -> name = message.text();
        case TensorProto.RAW_DATA -> raw = Optional.of(message.bytes());
        case TensorProto.EXTERNAL_DATA -> OnnxReader.entry(message.message(), external::put);
        case TensorProto.DATA_LOCATION -> location = message.number();
        default -> {}
      }
    }
  }

  String name() {
    return name;
  }

  boolean isOfKnownType() {
    return OnnxType.numbered(type).flatMap(OnnxType::elementType).isPresent();
  }

  /// Returns the tensor; `owner` is what it is called in problems.
  Tensor tensor(String owner) {
    var elementType = tensors.type(type, owner);
    var sizes = dims.stream().mapToLong(Long::longValue).toArray();
    long expected = byteSize(owner, elementType, sizes);
    if (isSegment) {
      throw tensors.damaged(owner, "is one segment of a tensor, a form that is not in use");
    }
    var bytes =
        location == TensorProto.LOCATION_EXTERNAL
            ? external(owner, expected)
            : raw.orElseGet(() -> listed(owner, elementType, expected));
    if (bytes.byteSize() != expected) {
      throw tensors.damaged(
          owner,
          "has "
              + bytes.byteSize()
              + " bytes of data, but "
              + elementType
              + " "
              + dims
              + " takes "
              + expected);
    }
    return new Tensor(elementType, Shape.of(sizes), bytes);
  }

  private long byteSize(String owner, ElementType elementType, long[] sizes) {
    long count = 1;
    for (long dim : sizes) {
      if (dim < 0) {
        throw tensors.damaged(owner, "has the negative dimension " + dim);
      }
      try {
        count = Math.multiplyExact(count, dim);
      } catch (ArithmeticException _) {
        throw tooLarge(owner);
      }
    }
    try {
      return elementType.bytes(count);
    } catch (ArithmeticException _) {
      throw tooLarge(owner);
    }
  }

  private Problem tooLarge(String owner) {
    return tensors.damaged(owner, "has shape " + dims + ", whose size does not fit into 63 bits");
  }

  private MemorySegment external(String owner, long expected) {
    var path = external.getOrDefault("location", "");
    if (path.isEmpty()) {
      throw tensors.damaged(owner, "is stored in another file whose location is not given");
    }
    long offset = externalNumber(owner, "offset", 0);
    long length = externalNumber(owner, "length", expected);
    var data = tensors.externalFile(path);
    if (offset > data.byteSize() || length > data.byteSize() - offset) {
      throw tensors.damaged(
          owner,
          "is stored in "
              + length
              + " bytes from "
              + offset
              + " on of \""
              + path
              + "\", which has "
              + data.byteSize());
    }
    return data.asSlice(offset, length);
  }

  private long externalNumber(String owner, String key, long absent) {
    var text = external.getOrDefault(key, Long.toString(absent));
    try {
      long value = Long.parseLong(text);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException _) {
      // Told below, together with numbers below 0.
    }
    throw tensors.damaged(
        owner, "is stored in another file at " + key + " \"" + text + "\", expected a number");
  }

  private MemorySegment listed(String owner, ElementType elementType, long expected) {
    var values = new ListedValues(message, elementType);
    var inPlace = values.inPlace(expected);
    if (inPlace.isPresent()) {
      return inPlace.get();
    }
    // Counted before anything is allocated: the shape may lie, the values that are there cannot.
    long count = values.count();
    long listed = elementType.isWhole() ? expected / elementType.byteSize() : expected;
    if (count != listed) {
      throw tensors.damaged(
          owner, "has " + count + " values, but " + elementType + " " + dims + " takes " + listed);
    }
    var bytes = tensors.allocate(expected);
    values.copyTo(bytes);
    return bytes;
  }
}
