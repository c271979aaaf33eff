/// Benchmarks, run by hand: our tokenizer, embedding and commands beside those of others, on the
/// same machine in the same run. How to run them, and what came out: `docs/benchmarks.md`.
@NullMarked
package dev.embark.bench;

import org.jspecify.annotations.NullMarked;
