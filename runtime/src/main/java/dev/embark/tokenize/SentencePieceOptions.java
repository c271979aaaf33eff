package dev.embark.tokenize;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// What `tokenizer_config.json` says about a tokenizer whose vocabulary is a [SentencePieceFile].
///
/// @param tokenizerClass `tokenizer_class` without its ending `Fast`
/// @param special special tokens by role (`cls_token`, …), as far as they are given
/// @param options what is on
/// @param extraIds `extra_ids` of T5
record SentencePieceOptions(
    String tokenizerClass, Map<String, String> special, Set<Option> options, int extraIds) {
  SentencePieceOptions {
    special = Map.copyOf(special);
    options = Set.copyOf(options);
  }

  private static final int EXTRA_IDS = 100;

  /// A setting that is on or off.
  enum Option {
    /// `do_lower_case`.
    LOWERCASE,
    /// `keep_accents`.
    KEEP_ACCENTS,
    /// `split_by_punct`.
    SPLIT_BY_PUNCTUATION,
    /// `add_prefix_space`.
    ADD_PREFIX_SPACE,
    /// `legacy`.
    LEGACY,
    /// `add_bos_token`.
    ADD_BEGIN,
    /// `add_eos_token`.
    ADD_END
  }

  /// Returns what transformers takes for a class where nothing is said.
  static SentencePieceOptions usual(String tokenizerClass) {
    var options = EnumSet.of(Option.ADD_PREFIX_SPACE, Option.LEGACY, Option.ADD_BEGIN);
    if (tokenizerClass.equals("AlbertTokenizer")) {
      options.add(Option.LOWERCASE);
    }
    return new SentencePieceOptions(tokenizerClass, Map.of(), options, EXTRA_IDS);
  }

  SentencePieceOptions with(Option option) {
    var more = EnumSet.of(option);
    more.addAll(options);
    return new SentencePieceOptions(tokenizerClass, special, more, extraIds);
  }

  SentencePieceOptions without(Option option) {
    var less = EnumSet.allOf(Option.class);
    less.retainAll(options);
    less.remove(option);
    return new SentencePieceOptions(tokenizerClass, special, less, extraIds);
  }

  SentencePieceOptions withSpecial(String role, String token) {
    var more = new HashMap<>(special);
    more.put(role, token);
    return new SentencePieceOptions(tokenizerClass, more, options, extraIds);
  }

  SentencePieceOptions withExtraIds(int count) {
    return new SentencePieceOptions(tokenizerClass, special, options, count);
  }

  boolean is(Option option) {
    return options.contains(option);
  }
}
