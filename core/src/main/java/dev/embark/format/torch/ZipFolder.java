package dev.embark.format.torch;

import dev.embark.problem.Problem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/// The entries of a zip file, in place; see the package for the layout.
///
/// Each byte belongs to one entry at most, each name to one, and what an entry says of itself must
/// agree with what the directory says of it: else two readers could see two files.
final class ZipFolder {
  private static final int ENTRIES_MAX = 1_000_000;
  private static final int COMMENT_MAX = 65_535;
  private static final int END_BYTES = 22;
  private static final int LOCATOR_BYTES = 20;
  private static final int LARGE_END_BYTES = 56;
  private static final int LISTED_BYTES = 46;
  private static final int LOCAL_BYTES = 30;

  private static final int END = 0x06054b50;
  private static final int LARGE_END = 0x06064b50;
  private static final int LOCATOR = 0x07064b50;
  private static final int LISTED = 0x02014b50;
  private static final int LOCAL = 0x04034b50;

  private static final int ENCRYPTED = 1;
  private static final int STORED = 0;
  private static final int LARGE_NUMBERS = 1;
  private static final int SHORT_MAX = 0xffff;
  private static final long INT_MAX = 0xffffffffL;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Complaint complaint;
  private final MemorySegment bytes;

  private ZipFolder(Complaint complaint, MemorySegment bytes) {
    this.complaint = complaint;
    this.bytes = bytes;
  }

  /// Where the directory lies and what it should hold.
  private record Directory(long begin, long size, long entries) {}

  /// One line of the directory: `begin` is where the entry itself begins.
  private record Line(String name, int method, long size, long begin) {}

  /// Where an entry lies, with the record before its data.
  private record Extent(String name, long begin, long end) {}

  /// Returns whether a file starts as zip files do.
  static boolean isZip(MemorySegment bytes) {
    return bytes.byteSize() >= LOCAL_BYTES && bytes.get(INT, 0) == LOCAL;
  }

  /// What lies in a file: the data of entries that are stored as they are, by name, and the names
  /// of those that are compressed.
  record Entries(Map<String, MemorySegment> stored, List<String> compressed) {
    Entries {
      stored = Map.copyOf(stored);
      compressed = List.copyOf(compressed);
    }

    /// Returns whether there is an entry of that name.
    boolean has(String name) {
      return stored.containsKey(name) || compressed.contains(name);
    }
  }

  /// Returns all entries.
  static Entries read(Complaint complaint, MemorySegment bytes) {
    return new ZipFolder(complaint, bytes).read();
  }

  private Entries read() {
    var directory = directory();
    if (directory.entries > ENTRIES_MAX) {
      throw damaged("lists " + Long.toUnsignedString(directory.entries) + " entries");
    }
    long end = directory.begin + directory.size;
    long at = directory.begin;
    var extents = new ArrayList<Extent>();
    var names = new HashSet<String>();
    var stored = new HashMap<String, MemorySegment>();
    var compressed = new ArrayList<String>();
    for (long i = 0; i < directory.entries; i++) {
      if (end - at < LISTED_BYTES || bytes.get(INT, at) != LISTED) {
        throw damaged("has no entry " + i + " of " + directory.entries + " in its directory");
      }
      int nameLength = shortAt(at + 28);
      int extraLength = shortAt(at + 30);
      long next = at + LISTED_BYTES + nameLength + extraLength + shortAt(at + 32);
      if (next > end) {
        throw damaged("has a directory that ends inside entry " + i);
      }
      var line = line(at, nameLength, extraLength);
      var content = content(line, directory.begin);
      extents.add(new Extent(line.name, line.begin, line.begin + content.headerSize + line.size));
      if (!names.add(line.name)) {
        throw damaged("has two entries " + Complaint.shown(line.name));
      }
      if (line.method == STORED) {
        stored.put(line.name, content.data);
      } else {
        compressed.add(line.name);
      }
      at = next;
    }
    checkOverlap(extents);
    return new Entries(stored, compressed);
  }

  private Directory directory() {
    long end = end();
    long begin = intAt(end + 16);
    long size = intAt(end + 12);
    long entries = shortAt(end + 10);
    long limit = end;
    boolean isLarge = begin == INT_MAX || size == INT_MAX || entries == SHORT_MAX;
    long locator = end - LOCATOR_BYTES;
    if (isLarge && locator >= 0 && bytes.get(INT, locator) == LOCATOR) {
      long large = bytes.get(LONG, locator + 8);
      if (large < 0 || large > locator - LARGE_END_BYTES || bytes.get(INT, large) != LARGE_END) {
        throw damaged("has no 64-bit end of its directory where it says so");
      }
      entries = bytes.get(LONG, large + 32);
      size = bytes.get(LONG, large + 40);
      begin = bytes.get(LONG, large + 48);
      limit = large;
    }
    if (begin < 0 || size < 0 || entries < 0 || begin > limit || size > limit - begin) {
      throw damaged("has a directory that does not fit into it");
    }
    return new Directory(begin, size, entries);
  }

  /// Returns where the end of the directory begins.
  private long end() {
    long last = bytes.byteSize() - END_BYTES;
    for (long at = last; at >= Math.max(0, last - COMMENT_MAX); at--) {
      if (bytes.get(INT, at) == END && shortAt(at + 20) == last - at) {
        return at;
      }
    }
    throw complaint.damaged(
        "starts as a zip file and has no directory at its end", "The file is truncated.");
  }

  private Line line(long at, int nameLength, int extraLength) {
    var name = name(at + LISTED_BYTES, nameLength);
    if ((shortAt(at + 8) & ENCRYPTED) != 0) {
      throw complaint.unsupported("has the encrypted entry " + Complaint.shown(name), "");
    }
    long size = intAt(at + 24);
    long storedSize = intAt(at + 20);
    long begin = intAt(at + 42);
    long extra = large(at + LISTED_BYTES + nameLength, extraLength);
    // Those numbers stand there that do not fit, in this order.
    if (size == INT_MAX) {
      size = largeNumber(name, extra, 0);
    }
    int behind = intAt(at + 24) == INT_MAX ? 1 : 0;
    if (storedSize == INT_MAX) {
      storedSize = largeNumber(name, extra, behind);
      behind++;
    }
    if (begin == INT_MAX) {
      begin = largeNumber(name, extra, behind);
    }
    int method = shortAt(at + 10);
    if (method == STORED && size != storedSize) {
      throw damaged("has two sizes of its entry " + Complaint.shown(name));
    }
    return new Line(name, method, storedSize, begin);
  }

  /// Returns where the 64-bit numbers of an extra field begin; -1 where there are none.
  private long large(long begin, int length) {
    long end = begin + length;
    for (long at = begin; end - at >= 4; at += 4 + shortAt(at + 2)) {
      if (shortAt(at) == LARGE_NUMBERS && shortAt(at + 2) <= end - at - 4) {
        return at;
      }
    }
    return -1;
  }

  private long largeNumber(String name, long extra, int index) {
    if (extra < 0 || shortAt(extra + 2) < Long.BYTES * (index + 1)) {
      throw damaged("has no 64-bit numbers for its entry " + Complaint.shown(name));
    }
    return bytes.get(LONG, extra + 4 + (long) Long.BYTES * index);
  }

  /// The data of an entry and the length of what precedes it.
  private record Content(long headerSize, MemorySegment data) {}

  private Content content(Line line, long limit) {
    long begin = line.begin;
    if (begin < 0 || begin > limit - LOCAL_BYTES || bytes.get(INT, begin) != LOCAL) {
      throw damaged("has no entry " + Complaint.shown(line.name) + " where its directory says so");
    }
    int nameLength = shortAt(begin + 26);
    long headerSize = (long) LOCAL_BYTES + nameLength + shortAt(begin + 28);
    if (line.size < 0 || headerSize > limit - begin || line.size > limit - begin - headerSize) {
      throw damaged("has the entry " + Complaint.shown(line.name) + ", which does not fit into it");
    }
    if (!name(begin + LOCAL_BYTES, nameLength).equals(line.name)
        || shortAt(begin + 8) != line.method) {
      throw damaged(
          "has the entry " + Complaint.shown(line.name) + ", which says something else of itself");
    }
    return new Content(headerSize, bytes.asSlice(begin + headerSize, line.size));
  }

  private void checkOverlap(List<Extent> extents) {
    extents.sort(Comparator.comparingLong(Extent::begin));
    for (int i = 1; i < extents.size(); i++) {
      var before = extents.get(i - 1);
      var entry = extents.get(i);
      if (entry.begin < before.end) {
        throw damaged(
            "has the overlapping entries "
                + Complaint.shown(before.name)
                + " and "
                + Complaint.shown(entry.name));
      }
    }
  }

  private String name(long at, int length) {
    return new String(
        bytes.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  private int shortAt(long at) {
    return Short.toUnsignedInt(bytes.get(SHORT, at));
  }

  private long intAt(long at) {
    return Integer.toUnsignedLong(bytes.get(INT, at));
  }

  private Problem damaged(String how) {
    return complaint.damaged("is a damaged zip file: it " + how, "");
  }
}
