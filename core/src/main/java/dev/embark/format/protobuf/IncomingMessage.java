package dev.embark.format.protobuf;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A protobuf message read in place, field by field: `while (message.next())` and then a look at
/// [#field()].
///
/// Wire format (<https://protobuf.dev/programming-guides/encoding/>): a message is a row of fields,
/// each a tag and a value. The tag is the varint `field << 3 | kind`; a varint has 7 bits a byte,
/// lowest first, with the top bit set on all bytes but the last.
///
/// | kind | value | read with |
/// |---|---|---|
/// | 0 | varint | [#number()] |
/// | 1 | 8 bytes, little-endian | [#addNumbersTo] |
/// | 2 | varint length and as many bytes | [#bytes()], [#text()], [#message()], and lists |
/// | 5 | 4 bytes, little-endian | [#real()] |
///
/// Kinds 3 and 4, groups, are refused. Every length is checked against the message around it, no
/// message is entered unless its caller asks, and what callers take to the heap is counted, so a
/// hostile file can neither exhaust the stack nor the heap. Unlike protobuf-java this reads files
/// of more than 2 GiB and gives large fields as slices of the map.
public final class IncomingMessage {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// How a value is encoded.
  public enum Kind {
    VARINT,
    FIXED64,
    DELIMITED,
    GROUP_START,
    GROUP_END,
    FIXED32
  }

  private static final int VARINT_BYTES_MAX = 10;
  private static final int FIELD_MAX = (1 << 29) - 1;

  /// Estimates of what an object costs on the heap, on the safe side.
  private static final int MESSAGE_COST = 128;

  private static final int NUMBER_COST = 32;

  /// The file a message comes from, and how much of the heap it may still take.
  private static final class Origin {
    private final Path file;
    private long heapBytesLeft;

    Origin(Path file, long heapBytesMax) {
      this.file = file;
      this.heapBytesLeft = heapBytesMax;
    }

    void charge(long heapBytes) {
      heapBytesLeft -= heapBytes;
      if (heapBytesLeft < 0) {
        throw new Problem(
            Category.BAD_INPUT,
            file + " holds more names, numbers and messages than Embark is willing to read.",
            "No model of this kind needs as many; the file may be made to exhaust memory.",
            "");
      }
    }
  }

  private final Origin origin;
  private final MemorySegment bytes;
  private final long start;
  private long position;
  private long fieldStart;
  private int field;
  private Kind kind = Kind.VARINT;
  private long number;
  private MemorySegment content = MemorySegment.NULL;

  private IncomingMessage(Origin origin, MemorySegment bytes, long start) {
    this.origin = origin;
    this.bytes = bytes;
    this.start = start;
  }

  /// Returns the message that fills `bytes`, the content of `file`; reading it may take about
  /// `heapBytesMax` bytes of the heap.
  public static IncomingMessage of(MemorySegment bytes, Path file, long heapBytesMax) {
    return new IncomingMessage(new Origin(file, heapBytesMax), bytes, 0);
  }

  /// Goes to the next field; returns false at the end of the message.
  public boolean next() {
    if (position == bytes.byteSize()) {
      return false;
    }
    fieldStart = position;
    long tag = varint();
    long wireType = tag & 7;
    field = (int) (tag >>> 3);
    if (tag >>> 3 == 0 || tag >>> 3 > FIELD_MAX || wireType > 5) {
      throw malformed("0x" + Long.toHexString(tag) + " is no tag of a field");
    }
    kind = Kind.values()[(int) wireType];
    switch (kind) {
      case VARINT -> number = varint();
      case FIXED64 -> number = take(Long.BYTES).get(LONG, 0);
      case FIXED32 -> number = take(Integer.BYTES).get(INT, 0);
      case DELIMITED -> content = take(varint());
      case GROUP_START, GROUP_END -> throw malformed("field " + field + " is a group");
    }
    return true;
  }

  /// Returns the number of the current field.
  public int field() {
    return field;
  }

  /// Returns the encoding of the current field.
  public Kind kind() {
    return kind;
  }

  /// Returns an integer or enum value.
  public long number() {
    require(Kind.VARINT);
    return number;
  }

  /// Returns a `float` value.
  public float real() {
    require(Kind.FIXED32);
    return Float.intBitsToFloat((int) number);
  }

  /// Returns the bytes of a delimited value, in place.
  public MemorySegment bytes() {
    require(Kind.DELIMITED);
    return content;
  }

  /// Returns a `string` value.
  public String text() {
    return textIfAny().orElseThrow(() -> malformed("field " + field + " is not UTF-8"));
  }

  /// Returns a delimited value as text, empty where it is not UTF-8.
  public Optional<String> textIfAny() {
    var value = bytes();
    origin.charge(MESSAGE_COST + 2 * value.byteSize());
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(value.asByteBuffer()).toString());
    } catch (CharacterCodingException _) {
      return Optional.empty();
    }
  }

  /// Returns the nested message, at its first field.
  public IncomingMessage message() {
    var value = bytes();
    origin.charge(MESSAGE_COST);
    return new IncomingMessage(origin, value, start + position - value.byteSize());
  }

  /// Returns this message once more, before its first field.
  public IncomingMessage again() {
    return new IncomingMessage(origin, bytes, start);
  }

  /// Takes the numbers of a repeated integer field, packed or one by one, to the heap.
  public void addNumbersTo(List<Long> numbers) {
    forEachNumber(value -> {
      origin.charge(NUMBER_COST);
      numbers.add(value);
    });
  }

  /// Takes the numbers of a repeated `float` field, packed or one by one, to the heap.
  public void addRealsTo(List<Float> reals) {
    forEachFixed(
        Integer.BYTES,
        bits -> {
          origin.charge(NUMBER_COST);
          reals.add(Float.intBitsToFloat((int) bits));
        });
  }

  /// Receives the values of a repeated field.
  @FunctionalInterface
  public interface Values {
    void accept(long bits);
  }

  /// Hands on each value of a repeated integer field, packed or one by one.
  public void forEachNumber(Values values) {
    if (kind == Kind.VARINT) {
      values.accept(number);
      return;
    }
    var packed = message();
    while (packed.position < packed.bytes.byteSize()) {
      values.accept(packed.varint());
    }
  }

  /// Hands on the bits of each value of a repeated field of `width` bytes, 4 or 8, packed or one by
  /// one.
  public void forEachFixed(int width, Values values) {
    if (kind == (width == Long.BYTES ? Kind.FIXED64 : Kind.FIXED32)) {
      values.accept(number);
      return;
    }
    var packed = message();
    while (packed.position < packed.bytes.byteSize()) {
      var value = packed.take(width);
      values.accept(width == Long.BYTES ? value.get(LONG, 0) : value.get(INT, 0));
    }
  }

  /// Returns the problem that this message is damaged at the current field.
  public Problem malformed(String how) {
    return new Problem(
        Category.BAD_INPUT,
        origin.file + " is damaged at byte " + (start + fieldStart) + ": " + how + ".",
        "It is truncated, or of another format than its name says.",
        "Fetch or export the file again.");
  }

  private void require(Kind expected) {
    if (kind != expected) {
      throw malformed("field " + field + " is encoded as " + kind + ", expected " + expected);
    }
  }

  private MemorySegment take(long length) {
    if (length < 0 || length > bytes.byteSize() - position) {
      throw malformed(
          "a value of "
              + Long.toUnsignedString(length)
              + " bytes is announced where "
              + (bytes.byteSize() - position)
              + " are left");
    }
    position += length;
    return bytes.asSlice(position - length, length);
  }

  private long varint() {
    long value = 0;
    for (int i = 0; i < VARINT_BYTES_MAX; i++) {
      if (position == bytes.byteSize()) {
        throw malformed("it ends inside a number");
      }
      byte next = bytes.get(ValueLayout.JAVA_BYTE, position++);
      value |= (next & 0x7fL) << (7 * i);
      if (next >= 0) {
        return value;
      }
    }
    throw malformed("a number has more than " + VARINT_BYTES_MAX + " bytes");
  }
}
