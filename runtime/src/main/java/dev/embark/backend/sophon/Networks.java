package dev.embark.backend.sophon;

import java.util.List;
import java.util.Map;

/// The networks of a file, wherever they are computed.
interface Networks extends AutoCloseable {
  List<BmNetwork> networks();

  /// Computes a network.
  ///
  /// @param inputs values by name, as many as the network says
  /// @return the values of its first output
  float[] run(BmNetwork network, Map<String, float[]> inputs);

  @Override
  void close();
}
