package dev.embark.format.bmodel;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A table of a FlatBuffer (<https://flatbuffers.dev/internals/>): fields by number, each there or
/// not.
final class FlatTable {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// More than any list of networks, tensors or sizes.
  private static final int LIST_MAX = 100_000;

  private final MemorySegment buffer;
  private final Path file;
  private final long at;

  private FlatTable(MemorySegment buffer, Path file, long at) {
    this.buffer = buffer;
    this.file = file;
    this.at = at;
  }

  /// Returns the outermost table.
  static FlatTable root(MemorySegment buffer, Path file) {
    var outside = new FlatTable(buffer, file, 0);
    return new FlatTable(buffer, file, outside.target(0));
  }

  private Problem damaged(long where) {
    return new Problem(
        Category.BAD_INPUT,
        file + " is damaged: what stands at byte " + where + " of its description leads nowhere.",
        "It is truncated, or of another format than its name says.",
        "Fetch or convert the model again.");
  }

  private long checked(long where, long bytes) {
    if (where < 0 || where > buffer.byteSize() - bytes) {
      throw damaged(where);
    }
    return where;
  }

  private long target(long where) {
    long distance = Integer.toUnsignedLong(buffer.get(INT, checked(where, Integer.BYTES)));
    return checked(where + distance, Integer.BYTES);
  }

  /// Returns the place of a field, 0 where it is not there.
  private long field(int number) {
    long table = checked(at - buffer.get(INT, checked(at, Integer.BYTES)), 2 * Short.BYTES);
    int size = Short.toUnsignedInt(buffer.get(SHORT, table));
    long entry = 2L * Short.BYTES + (long) Short.BYTES * number;
    if (entry >= size) {
      return 0;
    }
    int distance = Short.toUnsignedInt(buffer.get(SHORT, checked(table + entry, Short.BYTES)));
    return distance == 0 ? 0 : at + distance;
  }

  /// Returns a text, empty where it is not there.
  String text(int number) {
    long field = field(number);
    if (field == 0) {
      return "";
    }
    long text = target(field);
    long length = Integer.toUnsignedLong(buffer.get(INT, text));
    checked(text + Integer.BYTES, length);
    var bytes = buffer.asSlice(text + Integer.BYTES, length).toArray(ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /// Returns a number of 32 bits, 0 where it is not there.
  int number(int number) {
    long field = field(number);
    return field == 0 ? 0 : buffer.get(INT, checked(field, Integer.BYTES));
  }

  /// Returns a table, nothing where it is not there.
  Optional<FlatTable> table(int number) {
    long field = field(number);
    return field == 0 ? Optional.empty() : Optional.of(new FlatTable(buffer, file, target(field)));
  }

  /// Returns a number of 64 bits of a structure, 0 where that is not there.
  ///
  /// @param index of the number in a structure that is made of such
  long inStructure(int number, int index) {
    long field = field(number);
    return field == 0
        ? 0
        : buffer.get(LONG, checked(field + (long) index * Long.BYTES, Long.BYTES));
  }

  /// Returns tables, none where they are not there.
  List<FlatTable> tables(int number) {
    var tables = new ArrayList<FlatTable>();
    for (long place : places(number, Integer.BYTES)) {
      tables.add(new FlatTable(buffer, file, target(place)));
    }
    return tables;
  }

  /// Returns numbers of 64 bits, none where they are not there.
  List<Long> longs(int number) {
    return places(number, Long.BYTES).stream().map(place -> buffer.get(LONG, place)).toList();
  }

  private List<Long> places(int number, int width) {
    long field = field(number);
    if (field == 0) {
      return List.of();
    }
    long list = target(field);
    int count = buffer.get(INT, list);
    if (count < 0 || count > LIST_MAX) {
      throw damaged(list);
    }
    checked(list + Integer.BYTES, (long) count * width);
    var places = new ArrayList<Long>();
    for (int i = 0; i < count; i++) {
      places.add(list + Integer.BYTES + (long) i * width);
    }
    return places;
  }
}
