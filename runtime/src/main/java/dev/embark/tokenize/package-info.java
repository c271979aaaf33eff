/// `tokenizer.json` → ids: what the Rust library `tokenizers` computes, in plain Java.
///
/// A tokenizer is read from its files as five small sealed types ([Normalizer], [PreTokenizer],
/// [Model], [PostProcessor] and [AddedToken]), then compiled into one encoder. An encoder is chosen
/// for the whole pipeline, never dispatched per character: further models become further encoders.
@NullMarked
package dev.embark.tokenize;

import org.jspecify.annotations.NullMarked;
