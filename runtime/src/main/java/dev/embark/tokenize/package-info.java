/// `tokenizer.json` → ids: what the Rust library `tokenizers` computes, in plain Java.
///
/// A tokenizer is read from its files as five small sealed types ([Normalizer], [PreTokenizer],
/// [Model], [PostProcessor] and [AddedToken]), then compiled into one encoder for the whole
/// pipeline: [WordPieceEncoder] for BERT's, [GeneralEncoder] for all others, in which a text passes
/// [Rewriting]s, then [Station]s, and ends as words before a [WordModel].
///
/// Files older than `tokenizer.json` (`vocab.txt`, `vocab.json`, SentencePiece models) become the
/// same five types. What characters are, and what becomes of them, says the library itself, through
/// the tables of [CharacterTable], [CharacterKinds], [NormalFormTable] and [Graphemes].
@NullMarked
package dev.embark.tokenize;

import org.jspecify.annotations.NullMarked;
