package dev.embark.format.mlprogram.rules;

import dev.embark.format.mlprogram.BlobFile.Blob;
import dev.embark.format.mlprogram.MilType;
import dev.embark.format.mlprogram.MilValue;
import dev.embark.format.mlprogram.rules.Finding.Code;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Rules for constants, wherever they lie: the elements are as many as the shape says, are kept as
/// their type asks for, and are numbers.
final class ConstantRules {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int EXPONENT_OF_FLOAT = 0x7F80_0000;
  private static final int EXPONENT_OF_HALF = 0x7C00;
  private static final int HALF_MAGNITUDE = 0x7FFF;

  /// 60,000, from where on a sum with little else leaves the type.
  private static final int LARGE_HALF = 0x7B53;

  /// From this many elements on, 16-bit floats belong into the weight file; devices are reported to
  /// fail on long ones in the message.
  private static final int LONG = 10;

  private final Map<String, Map<Long, Blob>> weights;
  private final Findings findings;

  /// What was found in the numbers of each blob, whose constants may be many.
  private final Map<MilValue.Blob, Numbers> looked = new HashMap<>();

  private final Set<MilValue.Blob> used = new HashSet<>();

  ConstantRules(Map<String, Map<Long, Blob>> weights, Findings findings) {
    this.weights = weights;
    this.findings = findings;
  }

  /// The worst number of a constant.
  private enum Numbers {
    ORDINARY,
    LARGE,
    NOT_FINITE
  }

  /// Returns the constant as an operand; one that is not as its type says has no value that anybody
  /// could look at.
  Operand operand(MilValue value, String where) {
    boolean isWhole =
        switch (value.content()) {
          case MilValue.Reals(var list) -> holds(value, MilType.FLOAT32, list, where);
          case MilValue.Integers(var list) -> integers(value, list, where);
          case MilValue.Truths(var list) -> holds(value, MilType.BOOL, list, where);
          case MilValue.Texts(var list) -> holds(value, MilType.STRING, list, where);
          case MilValue.Raw(var list) -> raw(value, list, where);
          case MilValue.Blob _ -> true; // An open package has compared it with the file.
        };
    if (!isWhole) {
      return new Operand(value.type(), value.shape(), new Operand.Origin.Decoded());
    }
    if (value.content() instanceof MilValue.Blob blob) {
      used.add(blob);
      tell(looked.computeIfAbsent(blob, _ -> worst(value)), value.type(), where);
    } else {
      tell(worst(value), value.type(), where);
    }
    return Operand.of(value);
  }

  private boolean holds(MilValue value, MilType expected, List<?> elements, String where) {
    return isKeptRightly(value, value.type() == expected, where)
        && isComplete(value, value.shape().elementCount(), elements.size(), where);
  }

  private boolean integers(MilValue value, List<Long> elements, String where) {
    long bits =
        switch (value.type()) {
          case INT32, INT16, UINT16 -> value.type().bits();
          case BOOL,
              STRING,
              FLOAT16,
              FLOAT32,
              INT8,
              INT4,
              UINT8,
              UINT32,
              UINT4,
              UINT2,
              UINT1,
              UINT6,
              UINT3 ->
              0;
        };
    if (!isKeptRightly(value, bits > 0, where)
        || !isComplete(value, value.shape().elementCount(), elements.size(), where)) {
      return false;
    }
    long least = value.type() == MilType.UINT16 ? 0 : -(1L << (bits - 1));
    long beyond = least + (1L << bits);
    for (long element : elements) {
      if (element < least || element >= beyond) {
        findings.defect(Code.VALUE, where, element + " is no " + value.type());
        return false;
      }
    }
    return true;
  }

  private boolean raw(MilValue value, List<Byte> bytes, String where) {
    boolean isRaw =
        switch (value.type()) {
          case FLOAT16, INT8, INT4, UINT8, UINT32, UINT4, UINT2, UINT1, UINT6, UINT3 -> true;
          case BOOL, STRING, FLOAT32, INT16, INT32, UINT16 -> false;
        };
    long count = value.shape().elementCount();
    if (value.type() == MilType.FLOAT16 && count >= LONG) {
      findings.warning(
          Code.VALUE, where, count + " 16-bit floats stand in the message, not in a weight file");
    }
    return isKeptRightly(value, isRaw, where)
        && isComplete(value, value.type().bytes(count), bytes.size(), where);
  }

  private boolean isKeptRightly(MilValue value, boolean isRight, String where) {
    if (!isRight) {
      var how = value.content().getClass().getSimpleName().toLowerCase(Locale.ROOT);
      findings.defect(Code.VALUE, where, value.type() + " does not stand among the " + how);
    }
    return isRight;
  }

  private boolean isComplete(MilValue value, long expected, int actual, String where) {
    if (expected != actual) {
      findings.defect(
          Code.VALUE,
          where,
          value.type()
              + " "
              + value.shape()
              + " has "
              + actual
              + " elements or bytes, expected "
              + expected);
    }
    return expected == actual;
  }

  private void tell(Numbers numbers, MilType type, String where) {
    switch (numbers) {
      case ORDINARY -> {}
      case LARGE ->
          findings.warning(Code.NUMBER, where, "a constant of " + type + " is beyond 60000");
      case NOT_FINITE ->
          findings.defect(
              Code.NUMBER, where, "a constant of " + type + " is infinite or no number");
    }
  }

  /// Returns the elements as they would lie in a weight file; nothing of what is no real number.
  private MemorySegment bytes(MilValue value) {
    return switch (value.content()) {
      case MilValue.Reals(var list) -> {
        var floats = MemorySegment.ofArray(new byte[list.size() * Float.BYTES]);
        for (int i = 0; i < list.size(); i++) {
          floats.set(INT, (long) i * Float.BYTES, Float.floatToRawIntBits(list.get(i)));
        }
        yield floats;
      }
      case MilValue.Raw(var list) -> {
        var bytes = new byte[list.size()];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = list.get(i);
        }
        yield MemorySegment.ofArray(bytes);
      }
      case MilValue.Blob(var file, var offset) -> {
        var blob = weights.getOrDefault(file, Map.of()).get(offset);
        yield blob == null ? MemorySegment.NULL : blob.data();
      }
      case MilValue.Integers _, MilValue.Truths _, MilValue.Texts _ -> MemorySegment.NULL;
    };
  }

  private Numbers worst(MilValue value) {
    var data = bytes(value);
    return switch (value.type()) {
      case FLOAT32 -> {
        for (long at = 0; at < data.byteSize(); at += Float.BYTES) {
          if ((data.get(INT, at) & EXPONENT_OF_FLOAT) == EXPONENT_OF_FLOAT) {
            yield Numbers.NOT_FINITE;
          }
        }
        yield Numbers.ORDINARY;
      }
      case FLOAT16 -> {
        int largest = 0;
        for (long at = 0; at < data.byteSize(); at += Short.BYTES) {
          largest = Math.max(largest, data.get(SHORT, at) & HALF_MAGNITUDE);
        }
        yield largest >= EXPONENT_OF_HALF
            ? Numbers.NOT_FINITE
            : largest > LARGE_HALF ? Numbers.LARGE : Numbers.ORDINARY;
      }
      case BOOL,
          STRING,
          INT8,
          INT16,
          INT32,
          INT4,
          UINT8,
          UINT16,
          UINT32,
          UINT4,
          UINT2,
          UINT1,
          UINT6,
          UINT3 ->
          Numbers.ORDINARY;
    };
  }

  /// Checks the scales of encoded weights: none below 0, and none 0, which would lose a whole row.
  void checkScales(MilValue scales, String where) {
    var bytes = bytes(scales);
    int width = scales.type() == MilType.FLOAT16 ? Short.BYTES : Float.BYTES;
    float least = Float.POSITIVE_INFINITY;
    for (long at = 0; at < bytes.byteSize(); at += width) {
      float scale =
          width == Short.BYTES
              ? Float.float16ToFloat(bytes.get(SHORT, at))
              : Float.intBitsToFloat(bytes.get(INT, at));
      least = Math.min(least, scale);
    }
    if (least < 0) {
      findings.defect(Code.NUMBER, where, "a scale is below 0");
    } else if (least == 0) {
      findings.warning(Code.NUMBER, where, "a scale is 0, and all its weights with it");
    }
  }

  /// Tells of blobs that no constant is.
  void checkUnused() {
    weights.forEach((file, blobs) ->
        blobs.keySet().stream()
            .filter(offset -> !used.contains(new MilValue.Blob(file, offset)))
            .forEach(offset ->
                findings.warning(Code.UNUSED, file, "no constant is the blob at byte " + offset)));
  }
}
