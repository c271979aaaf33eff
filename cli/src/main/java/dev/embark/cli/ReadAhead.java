package dev.embark.cli;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;

/// Items of a stream that is read ahead, kept until their results come, in the same order.
final class ReadAhead<T> implements Iterator<T> {
  private final Iterator<T> items;
  private final Queue<T> waiting = new ArrayDeque<>();

  ReadAhead(Iterator<T> items) {
    this.items = items;
  }

  @Override
  public boolean hasNext() {
    return items.hasNext();
  }

  @Override
  public T next() {
    T item = items.next();
    waiting.add(item);
    return item;
  }

  /// Returns the first item that was not taken yet.
  T take() {
    return waiting.remove();
  }
}
