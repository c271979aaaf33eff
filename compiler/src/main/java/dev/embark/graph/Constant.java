package dev.embark.graph;

import dev.embark.tensor.Encoding;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Weight;

/// A trained parameter: its name in the checkpoint and its values, which nobody has read yet.
public record Constant(String name, Weight weight) {
  public Shape shape() {
    return weight.shape();
  }

  /// Returns the same parameter stored in fewer bits.
  public Constant encoded(Encoding encoding) {
    return new Constant(name, new Weight.Encoded(weight, encoding));
  }

  /// Returns one of several parameters that are stored on top of each other, such as the queries of
  /// `Wqkv`.
  ///
  /// @param part what it is called behind the name of the whole
  public Constant rows(String part, long first, long count) {
    var rows =
        weight instanceof Weight.Encoded(var source, var encoding)
            ? new Weight.Encoded(new Weight.Rows(source, first, count), encoding)
            : new Weight.Rows(weight, first, count);
    return new Constant(name + "." + part, rows);
  }

  @Override
  public String toString() {
    return weight instanceof Weight.Encoded(_, var encoding)
        ? name + " " + encoding.key() + " " + shape()
        : name + " " + shape();
  }
}
