package dev.embark.convert;

import java.util.ArrayList;
import java.util.List;

/// What sizes of input a file takes.
public sealed interface Shapes {
  /// Any number of texts of any length.
  record Dynamic() implements Shapes {}

  /// Exactly `batch` texts of one of several lengths: what has fewer tokens is filled up to the
  /// next.
  ///
  /// @param lengths rising, at least one
  record Fixed(int batch, List<Integer> lengths) implements Shapes {
    public Fixed {
      lengths = lengths.stream().distinct().sorted().toList();
      if (batch < 1 || lengths.isEmpty() || lengths.getFirst() < 1) {
        throw new IllegalArgumentException(batch + " texts of " + lengths + " tokens");
      }
    }

    /// Takes texts of one length.
    public Fixed(int batch, int length) {
      this(batch, List.of(length));
    }

    int longest() {
      return lengths.getLast();
    }

    /// Returns these shapes and one more length.
    Fixed with(int length) {
      var longer = new ArrayList<>(lengths);
      longer.add(length);
      return new Fixed(batch, longer);
    }

    /// Returns these shapes where texts have at most `most` tokens.
    Fixed upTo(int most) {
      return new Fixed(batch, lengths.stream().map(length -> Math.min(length, most)).toList());
    }
  }
}
