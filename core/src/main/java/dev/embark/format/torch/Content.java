package dev.embark.format.torch;

import java.lang.foreign.MemorySegment;
import java.util.Map;

/// What both layouts come to: the value of the pickle, and the elements of each storage by key.
record Content(PickleValue value, Map<String, MemorySegment> storages) {
  Content {
    storages = Map.copyOf(storages);
  }
}
