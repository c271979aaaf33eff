package dev.embark.embed;

import dev.embark.bundle.Output;
import java.util.List;

/// What an [Engine] does with the items of a call.
///
/// @param outputs what the model is to compute
record Job<I, R>(Encoding<I> encoding, List<Output> outputs, Shaping<R> shaping) {
  Job {
    outputs = List.copyOf(outputs);
  }
}
