package dev.embark.embed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory off the heap that grows with what it is asked for and never shrinks; one thread at a time
/// uses it.
final class GrowingMemory implements AutoCloseable {
  private static final long ALIGNMENT = Long.BYTES;

  private Arena arena = Arena.ofShared();
  private MemorySegment memory = MemorySegment.NULL;

  /// Returns memory of exactly `bytes`; what it held before may be lost.
  MemorySegment ofSize(long bytes) {
    if (bytes > memory.byteSize()) {
      arena.close();
      memory = MemorySegment.NULL;
      arena = Arena.ofShared();
      memory = arena.allocate(Long.highestOneBit(bytes - 1) << 1, ALIGNMENT);
    }
    return memory.asSlice(0, bytes);
  }

  @Override
  public void close() {
    arena.close();
  }
}
