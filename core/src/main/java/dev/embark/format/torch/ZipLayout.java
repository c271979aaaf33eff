package dev.embark.format.torch;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/// The layout since PyTorch 1.6; see the package.
final class ZipLayout {
  private static final String PICKLE = "data.pkl";
  private static final String STORAGES = "data/";

  /// Only TorchScript, which keeps code beside the tensors, has constants.
  private static final String CONSTANTS = "constants.pkl";

  private static final String LITTLE = "little";

  private ZipLayout() {}

  static Content read(Complaint complaint, MemorySegment bytes) {
    var found = ZipFolder.read(complaint, bytes);
    var entries = found.stored();
    var folder = folder(complaint, found);
    if (found.has(folder + CONSTANTS)) {
      throw complaint.unsupported(
          "is a TorchScript program", "Embark reads tensors and runs no programs of others.");
    }
    if (!found.compressed().isEmpty()) {
      throw complaint.unsupported(
          "has the compressed entry " + Complaint.shown(found.compressed().getFirst()),
          "torch.save stores entries as they are, so that they can be read in place.");
    }
    checkOrder(complaint, entries, folder + "byteorder");
    var pickle = entries.getOrDefault(folder + PICKLE, MemorySegment.NULL);
    var value = new PickleMachine(complaint, new PickleBytes(complaint, pickle)).run();
    var storages = new HashMap<String, MemorySegment>();
    var prefix = folder + STORAGES;
    entries.forEach((name, data) -> {
      if (name.startsWith(prefix)) {
        storages.put(name.substring(prefix.length()), data);
      }
    });
    return new Content(value, storages);
  }

  private static String folder(Complaint complaint, ZipFolder.Entries entries) {
    var folders =
        Stream.concat(entries.stored().keySet().stream(), entries.compressed().stream())
            .filter(name -> name.endsWith("/" + PICKLE))
            .map(name -> name.substring(0, name.length() - PICKLE.length()))
            .filter(folder -> folder.indexOf('/') == folder.length() - 1)
            .toList();
    if (folders.size() != 1) {
      throw complaint.damaged(
          "is a zip file with " + folders.size() + " entries <folder>/data.pkl, expected one",
          "torch.save writes one.");
    }
    return folders.getFirst();
  }

  private static void checkOrder(
      Complaint complaint, Map<String, MemorySegment> entries, String name) {
    var entry = entries.get(name);
    if (entry == null) {
      return;
    }
    var order =
        new String(
            entry.asSlice(0, Math.min(entry.byteSize(), 20)).toArray(ValueLayout.JAVA_BYTE),
            StandardCharsets.UTF_8);
    if (!order.equals(LITTLE)) {
      throw complaint.unsupported(
          "has the byte order \"" + Complaint.shown(order) + "\", expected \"" + LITTLE + "\"",
          "It was written on a machine that stores numbers the other way round.");
    }
  }
}
