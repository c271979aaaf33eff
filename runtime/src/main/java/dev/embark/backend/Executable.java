package dev.embark.backend;

import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.util.List;
import java.util.Map;

/// An opened file of a stage, ready to run.
///
/// Any number of threads may call [#run] at the same time; each brings its own tensors, computes on
/// its own thread, and the backend starts no others. Tensors lie off the heap and are read and
/// written in place.
public interface Executable extends AutoCloseable {
  /// A value that goes in or comes out; dimensions are named where a run decides them.
  record Port(String name, ElementType type, Shape shape) {
    /// Throws `IllegalArgumentException` where a tensor of known sizes is another one than this.
    public void requireFits(Tensor tensor) {
      requireNative(name, tensor);
      if (tensor.type() != type || !tensor.shape().equals(shape)) {
        throw new IllegalArgumentException(
            name
                + " is "
                + tensor.type()
                + " "
                + tensor.shape()
                + ", expected "
                + type
                + " "
                + shape);
      }
    }

    /// Returns the tensor of this port; throws `IllegalArgumentException` where there is none, or
    /// one that does not fit.
    public Tensor in(Map<String, Tensor> given) {
      var tensor = given.get(name);
      if (tensor == null) {
        throw new IllegalArgumentException(this + " is not among " + given.keySet());
      }
      requireFits(tensor);
      return tensor;
    }

    /// Throws `IllegalArgumentException` where more is given than there are ports.
    public static void requireOnly(Map<String, Tensor> given, List<Port> ports) {
      if (given.size() > ports.size()) {
        throw new IllegalArgumentException("ports are " + ports + ", given are " + given.keySet());
      }
    }

    /// Throws `IllegalArgumentException` where native code could not read a tensor.
    public static void requireNative(String name, Tensor tensor) {
      if (!tensor.bytes().isNative()) {
        throw new IllegalArgumentException(name + " lies on the heap");
      }
    }
  }

  /// Returns all inputs.
  List<Port> inputs();

  /// Returns the lengths of sequences that it takes, rising, where its inputs leave that open but
  /// not every length will do; empty where every one does.
  default List<Integer> lengths() {
    return List.of();
  }

  /// Returns all outputs.
  List<Port> outputs();

  /// Computes the values named in `outputs`, and nothing else, into the memory given there.
  ///
  /// Throws a `Problem` of category `BAD_INPUT` where the runtime refuses the values of an input,
  /// such as a token id beyond the embedding table, and `IllegalArgumentException` for unknown or
  /// missing names and tensors on the heap.
  ///
  /// @param inputs a tensor of a fixed shape for each input
  /// @param outputs a tensor of the shape that results for each output wanted, at least one
  void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs);

  /// Releases native memory; no run may be under way.
  @Override
  void close();
}
