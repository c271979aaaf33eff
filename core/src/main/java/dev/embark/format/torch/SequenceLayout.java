package dev.embark.format.torch;

import dev.embark.format.torch.PickleValue.Dictionary;
import dev.embark.format.torch.PickleValue.Listing;
import dev.embark.format.torch.PickleValue.Plain;
import dev.embark.format.torch.PickleValue.Storage;
import dev.embark.format.torch.PickleValue.Text;
import dev.embark.format.torch.PickleValue.Whole;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The layout before PyTorch 1.6; see the package.
final class SequenceLayout {
  /// The pickle of the magic number, its protocol left out.
  private static final byte[] MAGIC = {
    (byte) 0x8a,
    0x0a,
    0x6c,
    (byte) 0xfc,
    (byte) 0x9c,
    0x46,
    (byte) 0xf9,
    0x20,
    0x6a,
    (byte) 0xa8,
    0x50,
    0x19,
    '.'
  };

  /// `PROTO` and its number, and from protocol 4 on `FRAME` and its length.
  private static final List<Integer> MAGIC_PLACES = List.of(2, 11);

  private static final String VERSION = "1001";
  private static final String TRUNCATED = "The file is truncated or damaged.";
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Complaint complaint;
  private final MemorySegment bytes;
  private final PickleBytes in;

  private SequenceLayout(Complaint complaint, MemorySegment bytes) {
    this.complaint = complaint;
    this.bytes = bytes;
    in = new PickleBytes(complaint, bytes);
  }

  /// Returns whether a file starts with the magic number.
  static boolean isSequence(MemorySegment bytes) {
    var magic = MemorySegment.ofArray(MAGIC);
    return MAGIC_PLACES.stream()
        .filter(place -> bytes.byteSize() >= place + MAGIC.length)
        .anyMatch(place -> bytes.asSlice(place, MAGIC.length).mismatch(magic) < 0);
  }

  static Content read(Complaint complaint, MemorySegment bytes) {
    return new SequenceLayout(complaint, bytes).read();
  }

  private Content read() {
    next();
    checkVersion(next());
    checkOrder(next());
    var machine = new PickleMachine(complaint, in);
    var value = machine.run();
    if (!(next() instanceof Listing keys)) {
      throw complaint.damaged("has no list of storages after its tensors", "");
    }
    return new Content(value, storages(keys, machine.storages()));
  }

  private PickleValue next() {
    return new PickleMachine(complaint, in).run();
  }

  private void checkVersion(PickleValue version) {
    var found = version instanceof Whole(long number) ? Long.toString(number) : version.kind();
    if (!found.equals(VERSION)) {
      throw complaint.unsupported(
          "has version " + found + " of PyTorch's old layout, expected " + VERSION, "");
    }
  }

  private void checkOrder(PickleValue system) {
    if (system instanceof Dictionary dictionary) {
      for (var entry : dictionary.entries()) {
        if (entry.key() instanceof Text(var key)
            && key.equals("little_endian")
            && entry.value() == Plain.TRUE) {
          return;
        }
      }
    }
    throw complaint.unsupported(
        "does not say that its numbers are little-endian",
        "It was written on a machine that stores numbers the other way round.");
  }

  private Map<String, MemorySegment> storages(Listing keys, Map<String, Storage> named) {
    var storages = new HashMap<String, MemorySegment>();
    long at = in.at();
    for (var item : keys.items()) {
      var key = item instanceof Text(var text) ? text : item.kind();
      var storage = named.get(key);
      if (storage == null || storages.containsKey(key)) {
        throw complaint.damaged(
            "lists the storage "
                + Complaint.shown(key)
                + (storage == null ? ", which no tensor has" : " twice"),
            "");
      }
      if (bytes.byteSize() - at < Long.BYTES) {
        throw complaint.damaged("ends before its storage " + Complaint.shown(key), TRUNCATED);
      }
      long count = bytes.get(LONG, at);
      at += Long.BYTES;
      // What no division can overflow: the file has at least as many bytes as elements.
      if (count != storage.count() || count > (bytes.byteSize() - at) / storage.type().byteSize()) {
        throw complaint.damaged(
            "announces "
                + count
                + " elements for its storage "
                + Complaint.shown(key)
                + ", expected "
                + storage.count()
                + " of "
                + storage.type()
                + "; "
                + (bytes.byteSize() - at)
                + " bytes follow",
            TRUNCATED);
      }
      long size = count * storage.type().byteSize();
      storages.put(key, bytes.asSlice(at, size));
      at += size;
    }
    if (at != bytes.byteSize()) {
      throw complaint.damaged(
          "has " + (bytes.byteSize() - at) + " bytes after its last storage", "");
    }
    return storages;
  }
}
