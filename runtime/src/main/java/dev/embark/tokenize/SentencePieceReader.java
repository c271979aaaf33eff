package dev.embark.tokenize;

import dev.embark.tokenize.Model.BpeTrait;
import dev.embark.tokenize.PreTokenizer.Cutting;
import dev.embark.tokenize.PreTokenizer.Delimiter;
import dev.embark.tokenize.PreTokenizer.Meaning;
import dev.embark.tokenize.PreTokenizer.Prefix;
import dev.embark.tokenize.SentencePieceOptions.Option;
import dev.embark.tokenize.SentencePieceTokenizer.Cut;
import dev.embark.tokenize.SentencePieceTokenizer.Scored;
import dev.embark.tokenize.SentencePieceTokenizer.Step;
import dev.embark.tokenize.TokenizerConfig.Setting;
import dev.embark.tokenize.UnigramModel.ByteFallback;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/// Reads a SentencePiece model and `tokenizer_config.json` as the tokenizer that transformers makes
/// of them.
final class SentencePieceReader {
  private static final Map<String, Option> OPTIONS =
      Map.of(
          "do_lower_case", Option.LOWERCASE,
          "keep_accents", Option.KEEP_ACCENTS,
          "split_by_punct", Option.SPLIT_BY_PUNCTUATION,
          "add_prefix_space", Option.ADD_PREFIX_SPACE,
          "legacy", Option.LEGACY,
          "add_bos_token", Option.ADD_BEGIN,
          "add_eos_token", Option.ADD_END);

  private static final char MARK = '▁';

  private final String source;
  private final SentencePieceTokenizer tokenizer;

  private SentencePieceReader(String source, SentencePieceTokenizer tokenizer) {
    this.source = source;
    this.tokenizer = tokenizer;
  }

  static TokenizerFile read(byte[] bytes, Path file, TokenizerConfig config) {
    var source = file.toString();
    var model = SentencePieceFile.read(bytes, file);
    var tokenizer = SentencePieceFamily.tokenizer(model, options(config), source);
    return new SentencePieceReader(source, tokenizer).file(config);
  }

  private static SentencePieceOptions options(TokenizerConfig config) {
    var options = SentencePieceOptions.usual(config.tokenizerClass());
    for (var option : OPTIONS.entrySet()) {
      var setting = config.setting(option.getKey());
      if (setting == Setting.TRUE) {
        options = options.with(option.getValue());
      } else if (setting == Setting.FALSE) {
        options = options.without(option.getValue());
      }
    }
    for (var special : config.special().entrySet()) {
      options = options.withSpecial(special.getKey(), special.getValue());
    }
    for (int count : config.extraIds()) {
      options = options.withExtraIds(count);
    }
    return options;
  }

  private TokenizerFile file(TokenizerConfig config) {
    var model =
        switch (tokenizer.model()) {
          case SentencePieceTokenizer.Model.Unigram unigram -> unigram(unigram);
          case SentencePieceTokenizer.Model.Bpe bpe -> bpe(bpe);
        };
    return new TokenizerFile(
        tokenizer.addedTokens(),
        new Normalizer.Sequence(tokenizer.normalizer().stream().map(this::normalizer).toList()),
        new PreTokenizer.Sequence(tokenizer.cuts().stream().map(this::preTokenizer).toList()),
        model,
        tokenizer.postProcessor(),
        tokenizer.padId(),
        config.side().isEmpty() ? Side.RIGHT : config.side().getFirst());
  }

  private Vocabulary vocabulary(List<Scored> pieces) {
    var builder = new Vocabulary.Builder(0);
    for (int id = 0; id < pieces.size(); id++) {
      var piece = pieces.get(id).piece();
      // Of equal pieces the last one counts.
      if (builder.put(piece.toCharArray(), piece.length(), id)
          == Vocabulary.Builder.Outcome.COLLIDING) {
        throw VocabularyText.colliding(source);
      }
    }
    return builder.build();
  }

  private Model unigram(SentencePieceTokenizer.Model.Unigram unigram) {
    var builder = new UnigramModel.Builder(source);
    for (var scored : unigram.vocabulary()) {
      builder.add(scored.piece().toCharArray(), scored.piece().length(), scored.score());
    }
    var pieces = builder.build(unigram.unknownId(), unigram.byteFallback());
    return new Model.Unigram(vocabulary(unigram.vocabulary()), pieces);
  }

  private Model bpe(SentencePieceTokenizer.Model.Bpe bpe) {
    var vocabulary = vocabulary(bpe.vocabulary());
    var reader = new BpeReader();
    for (var merge : bpe.merges()) {
      reader.merge(merge.left(), merge.right(), vocabulary, source);
    }
    var traits = EnumSet.of(BpeTrait.FUSES_UNKNOWN);
    if (bpe.byteFallback() == ByteFallback.BYTES) {
      traits.add(BpeTrait.FALLS_BACK_TO_BYTES);
    }
    return reader.model(vocabulary, bpe.unknownToken(), traits, source);
  }

  private Normalizer normalizer(Step step) {
    return switch (step) {
      case Step.Precompiled(var map) -> new Normalizer.Precompiled(map);
      case Step.Replace(var text, var by) ->
          new Normalizer.Replace(Regex.literal(text, source), by);
      case Step.ReplaceSpaces(var by) -> new Normalizer.Replace(Regex.compile(" {2,}", source), by);
      case Step.Prepend(var text) -> new Normalizer.Prepend(text);
      case Step.Plain plain ->
          switch (plain) {
            case NFKD -> new Normalizer.Unicode(NormalForm.NFKD);
            case STRIP_ACCENTS -> new Normalizer.StripAccents();
            case LOWERCASE -> new Normalizer.Lowercase();
            case STRIP -> new Normalizer.Strip(EnumSet.allOf(Side.class));
            case STRIP_RIGHT -> new Normalizer.Strip(EnumSet.of(Side.RIGHT));
          };
    };
  }

  private PreTokenizer preTokenizer(Cut cut) {
    return switch (cut) {
      case Cut.Metaspace(var prefix, var splitting) ->
          new PreTokenizer.Metaspace(
              MARK,
              switch (prefix) {
                case ALWAYS -> Prefix.ALWAYS;
                case FIRST -> Prefix.FIRST;
                case NEVER -> Prefix.NEVER;
              },
              switch (splitting) {
                case WORDS -> Cutting.WORDS;
                case NONE -> Cutting.NOTHING;
              });
      case Cut.Punctuation() -> PreTokenizer.Split.punctuation(Delimiter.ISOLATED);
      case Cut.BehindSpaces() ->
          new PreTokenizer.Split(
              Regex.literal(" ", source), Delimiter.MERGED_WITH_PREVIOUS, Meaning.MATCHES);
    };
  }
}
