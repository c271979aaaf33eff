package dev.embark.backend.rknn;

import dev.embark.backend.Executable.Port;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The layers of a file, wherever they are computed.
interface Trunk extends AutoCloseable {
  List<Port> inputs();

  Port output();

  /// Computes the layers for a text; any number of threads may ask.
  ///
  /// @param inputs 32-bit floats of each input, in order, off the heap
  /// @param output room for those of the output
  void run(List<MemorySegment> inputs, MemorySegment output);

  @Override
  void close();
}
