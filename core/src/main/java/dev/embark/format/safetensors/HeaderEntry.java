package dev.embark.format.safetensors;

import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;

/// One tensor as the header describes it; `begin` and `end` count from the start of the data, and
/// their distance is known to fit type and shape.
record HeaderEntry(String name, ElementType type, Shape shape, long begin, long end) {
  long byteSize() {
    return end - begin;
  }
}
