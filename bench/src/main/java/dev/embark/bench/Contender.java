package dev.embark.bench;

import java.util.List;

/// Something that turns texts into vectors, to be measured beside others.
interface Contender extends AutoCloseable {
  /// Returns the name in tables.
  String name();

  /// Returns a vector for each text, in order.
  List<float[]> embed(List<String> texts);

  @Override
  void close();
}
