package dev.embark.format.protobuf;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;

/// A protobuf message put together field by field, written in one go.
///
/// The wire format puts the length of a nested message in front of it. Here every field adds to the
/// length when it is added, and large fields are [Payload]s that produce their bytes only while
/// they are written, so a message of any size takes memory for its names and numbers only. Fields
/// are written in the order they were added; adding them by ascending number gives the bytes that
/// protobuf's own writers give.
///
/// See <https://protobuf.dev/programming-guides/encoding/>.
public final class OutgoingMessage {
  private static final int BUFFER_BYTES = 8192;

  private final List<Field> fields = new ArrayList<>();
  private long byteSize;

  private sealed interface Field {
    int number();

    record Varint(int number, long value) implements Field {}

    record Fixed32(int number, float value) implements Field {}

    record Bytes(int number, ByteString value) implements Field {}

    record Message(int number, OutgoingMessage value) implements Field {}

    record Streamed(int number, Payload value) implements Field {}
  }

  /// Adds an `int32`, `int64` or enum field.
  public OutgoingMessage number(int field, long value) {
    return add(new Field.Varint(field, value));
  }

  /// Adds a `float` field.
  public OutgoingMessage real(int field, float value) {
    return add(new Field.Fixed32(field, value));
  }

  /// Adds a `string` field.
  public OutgoingMessage text(int field, String value) {
    return add(new Field.Bytes(field, ByteString.copyFromUtf8(value)));
  }

  /// Adds a `string` field unless it is empty, for fields where absent and empty are the same.
  public OutgoingMessage textIfAny(int field, String value) {
    return value.isEmpty() ? this : text(field, value);
  }

  /// Adds a repeated integer or enum field, packed; zeros are written like all others.
  public OutgoingMessage numbers(int field, List<Long> values) {
    return packed(
        field,
        coded -> {
          for (long value : values) {
            coded.writeUInt64NoTag(value);
          }
        });
  }

  /// Adds a repeated `float` field, packed.
  public OutgoingMessage reals(int field, List<Float> values) {
    return packed(
        field,
        coded -> {
          for (float value : values) {
            coded.writeFloatNoTag(value);
          }
        });
  }

  /// Adds a `bytes` field that is small.
  public OutgoingMessage bytes(int field, byte[] value) {
    return add(new Field.Bytes(field, ByteString.copyFrom(value)));
  }

  private interface Body {
    void writeTo(CodedOutputStream coded) throws IOException;
  }

  private OutgoingMessage packed(int field, Body body) {
    var bytes = ByteString.newOutput();
    var coded = CodedOutputStream.newInstance(bytes);
    try {
      body.writeTo(coded);
      coded.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("memory takes everything", e);
    }
    return add(new Field.Bytes(field, bytes.toByteString()));
  }

  /// Adds a message field; `value` takes no more fields from now on.
  public OutgoingMessage message(int field, OutgoingMessage value) {
    return add(new Field.Message(field, value));
  }

  /// Adds a `bytes` field that is produced while it is written.
  public OutgoingMessage bytes(int field, Payload value) {
    return add(new Field.Streamed(field, value));
  }

  /// Returns the length of the encoded message.
  public long byteSize() {
    return byteSize;
  }

  /// Writes the encoded message.
  public void writeTo(WritableByteChannel channel) throws IOException {
    var coded = CodedOutputStream.newInstance(Channels.newOutputStream(channel), BUFFER_BYTES);
    write(coded, channel);
    coded.flush();
  }

  private OutgoingMessage add(Field field) {
    fields.add(field);
    byteSize +=
        CodedOutputStream.computeTagSize(field.number())
            + switch (field) {
              case Field.Varint(_, var value) -> CodedOutputStream.computeUInt64SizeNoTag(value);
              case Field.Fixed32 _ -> Float.BYTES;
              case Field.Bytes(_, var value) -> delimited(value.size());
              case Field.Message(_, var value) -> delimited(value.byteSize);
              case Field.Streamed(_, var value) -> delimited(value.byteSize());
            };
    return this;
  }

  private static long delimited(long length) {
    return CodedOutputStream.computeUInt64SizeNoTag(length) + length;
  }

  private void write(CodedOutputStream coded, WritableByteChannel channel) throws IOException {
    for (var field : fields) {
      switch (field) {
        case Field.Varint(var number, var value) -> coded.writeUInt64(number, value);
        case Field.Fixed32(var number, var value) -> coded.writeFloat(number, value);
        case Field.Bytes(var number, var value) -> coded.writeBytes(number, value);
        case Field.Message(var number, var value) -> {
          coded.writeTag(number, WireFormat.WIRETYPE_LENGTH_DELIMITED);
          coded.writeUInt64NoTag(value.byteSize);
          value.write(coded, channel);
        }
        case Field.Streamed(var number, var value) -> {
          coded.writeTag(number, WireFormat.WIRETYPE_LENGTH_DELIMITED);
          coded.writeUInt64NoTag(value.byteSize());
          coded.flush();
          value.writeTo(channel);
        }
      }
    }
  }
}
