package dev.embark.embed;

/// How what the model gives for an item becomes a result.
interface Shaping<R> {
  /// Returns the result of one item; called on the thread that computed it, while the values are
  /// there.
  R result(EncodedText text, Row row);

  /// Returns room for the results of several items.
  R[] room(int count);

  /// Throws a `Problem` where a value is no finite number.
  ///
  /// @param number of the item in the call, counted from 1
  void check(R result, long number);
}
