package dev.embark.tokenize;

import dev.embark.tokenize.SentencePieceMerges.Merge;
import dev.embark.tokenize.UnigramModel.ByteFallback;
import java.util.List;

/// A whole tokenizer around a [SentencePieceFile], as transformers' converter would write it to
/// `tokenizer.json`.
///
/// @param model what cuts a text
/// @param normalizer steps in their order
/// @param cuts pre-tokenizers in their order, none where the text stays whole
/// @param postProcessor what is put around texts
/// @param addedTokens in the order of their ids
/// @param padId id that fills up shorter texts, 0 where there is no such token
record SentencePieceTokenizer(
    Model model,
    List<Step> normalizer,
    List<Cut> cuts,
    PostProcessor postProcessor,
    List<AddedToken> addedTokens,
    int padId) {
  SentencePieceTokenizer {
    normalizer = List.copyOf(normalizer);
    cuts = List.copyOf(cuts);
    addedTokens = List.copyOf(addedTokens);
  }

  /// A piece; its place in the vocabulary is its id.
  record Scored(String piece, double score) {}

  /// What cuts a text into pieces.
  sealed interface Model {
    List<Scored> vocabulary();

    /// `Unigram`.
    record Unigram(List<Scored> vocabulary, int unknownId, ByteFallback byteFallback)
        implements Model {
      public Unigram {
        vocabulary = List.copyOf(vocabulary);
      }
    }

    /// `BPE` with `fuse_unk`. Of equal pieces the last id counts.
    record Bpe(
        List<Scored> vocabulary, List<Merge> merges, String unknownToken, ByteFallback byteFallback)
        implements Model {
      public Bpe {
        vocabulary = List.copyOf(vocabulary);
        merges = List.copyOf(merges);
      }
    }
  }

  /// A normalizer.
  sealed interface Step {
    /// `Precompiled`.
    record Precompiled(PrecompiledMap map) implements Step {}

    /// `Replace` of a text.
    record Replace(String text, String by) implements Step {}

    /// `Replace` of the regular expression ` {2,}`.
    record ReplaceSpaces(String by) implements Step {}

    /// `Prepend`.
    record Prepend(String text) implements Step {}

    /// A normalizer without settings.
    enum Plain implements Step {
      NFKD,
      STRIP_ACCENTS,
      LOWERCASE,
      /// `Strip` on both sides.
      STRIP,
      /// `Strip` on the right only.
      STRIP_RIGHT
    }
  }

  /// A pre-tokenizer.
  sealed interface Cut {
    /// `Metaspace` with `▁`.
    record Metaspace(Prefix prefix, Splitting splitting) implements Cut {}

    /// `Punctuation`, `Isolated`.
    record Punctuation() implements Cut {}

    /// `Split` at a space, `MergedWithPrevious`.
    record BehindSpaces() implements Cut {}
  }

  /// `prepend_scheme` of `Metaspace`.
  enum Prefix {
    ALWAYS,
    FIRST,
    NEVER
  }

  /// `split` of `Metaspace`.
  enum Splitting {
    WORDS,
    NONE
  }
}
