package dev.embark.tensor;

/// One dimension of a shape: a known size, or a name for a size known only when the graph runs.
public sealed interface Dim {
  /// A size known when the graph is built, at least 0.
  record Fixed(long size) implements Dim {
    public Fixed {
      if (size < 0) {
        throw new IllegalArgumentException("negative dimension " + size);
      }
    }

    @Override
    public String toString() {
      return Long.toString(size);
    }
  }

  /// A size that is the same wherever the name stands, such as `batch` or `sequence`.
  record Named(String name) implements Dim {
    public Named {
      if (name.isEmpty()) {
        throw new IllegalArgumentException("a named dimension needs a name");
      }
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
