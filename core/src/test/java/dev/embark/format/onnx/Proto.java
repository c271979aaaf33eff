package dev.embark.format.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Messages by field number, encoded by protobuf-java instead of by the code under test.
final class Proto {
  private final UnknownFieldSet.Builder fields = UnknownFieldSet.newBuilder();

  Proto number(int field, long... values) {
    var list = Field.newBuilder();
    for (long value : values) {
      list.addVarint(value);
    }
    fields.mergeField(field, list.build());
    return this;
  }

  Proto real(int field, float... values) {
    var list = Field.newBuilder();
    for (float value : values) {
      list.addFixed32(Float.floatToIntBits(value));
    }
    fields.mergeField(field, list.build());
    return this;
  }

  Proto bytes(int field, byte... value) {
    return delimited(field, ByteString.copyFrom(value));
  }

  Proto text(int field, String value) {
    return delimited(field, ByteString.copyFromUtf8(value));
  }

  Proto message(int field, Proto value) {
    return delimited(field, value.fields.build().toByteString());
  }

  private Proto delimited(int field, ByteString value) {
    fields.mergeField(field, Field.newBuilder().addLengthDelimited(value).build());
    return this;
  }

  byte[] toByteArray() {
    return fields.build().toByteArray();
  }

  /// A `TensorProto` of a type and dimensions.
  static Proto tensor(String name, int type, long... dims) {
    return new Proto().number(1, dims).number(2, type).text(8, name);
  }

  /// Adds `external_data` entries.
  Proto external(String... keysAndValues) {
    number(14, 1);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      message(13, new Proto().text(1, keysAndValues[i]).text(2, keysAndValues[i + 1]));
    }
    return this;
  }

  /// Writes a model around a `GraphProto`.
  static Path model(Path folder, Proto graph) throws IOException {
    return Files.write(
        folder.resolve("model.onnx"), new Proto().number(1, 8).message(7, graph).toByteArray());
  }

  /// Writes a model of one initializer.
  static Path modelOf(Path folder, Proto tensor) throws IOException {
    return model(folder, new Proto().message(5, tensor));
  }
}
