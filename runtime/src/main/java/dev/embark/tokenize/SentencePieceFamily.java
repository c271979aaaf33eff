package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tokenize.SentencePieceFile.ModelType;
import dev.embark.tokenize.SentencePieceFile.Piece;
import dev.embark.tokenize.SentencePieceOptions.Option;
import dev.embark.tokenize.SentencePieceTokenizer.Cut;
import dev.embark.tokenize.SentencePieceTokenizer.Model;
import dev.embark.tokenize.SentencePieceTokenizer.Prefix;
import dev.embark.tokenize.SentencePieceTokenizer.Scored;
import dev.embark.tokenize.SentencePieceTokenizer.Splitting;
import dev.embark.tokenize.SentencePieceTokenizer.Step;
import dev.embark.tokenize.UnigramModel.ByteFallback;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// What a class of transformers makes of a SentencePiece model: its order of ids, its normalizer
/// and pre-tokenizer, its special tokens. Written after `convert_slow_tokenizer.py` of transformers
/// 4.57 and compared with its output.
enum SentencePieceFamily {
  /// `<s> <pad> </s> <unk>`, the pieces from the fourth on, `<mask>`.
  XLM_ROBERTA("XLMRobertaTokenizer"),
  /// Like XLM-R, behind five entries of its own.
  CAMEMBERT("CamembertTokenizer"),
  /// The pieces, and sentinels behind them.
  T5("T5Tokenizer"),
  ALBERT("AlbertTokenizer"),
  DEBERTA_V2("DebertaV2Tokenizer"),
  /// Llama 1 and 2, Mistral.
  LLAMA("LlamaTokenizer"),
  GEMMA("GemmaTokenizer");

  private static final int EXTRA_IDS_MAX = 10_000;
  private static final int NUMBER_PENALTY = 100;

  private final String tokenizerClass;

  SentencePieceFamily(String tokenizerClass) {
    this.tokenizerClass = tokenizerClass;
  }

  /// Returns the tokenizer that transformers makes of a file.
  ///
  /// Throws a [Problem] for a class that is not known, and for a file that does not fit its class.
  ///
  /// @param source name of the file in errors
  static SentencePieceTokenizer tokenizer(
      SentencePieceFile file, SentencePieceOptions options, String source) {
    for (var family : values()) {
      if (family.tokenizerClass.equals(options.tokenizerClass())) {
        return family.build(file, options, source);
      }
    }
    throw Unsupported.component(
        source,
        "tokenizer_class",
        options.tokenizerClass(),
        Arrays.stream(values())
            .map(family -> family.tokenizerClass)
            .collect(Collectors.joining(", ")));
  }

  private SentencePieceTokenizer build(
      SentencePieceFile file, SentencePieceOptions options, String source) {
    if (options.extraIds() < 0 || options.extraIds() > EXTRA_IDS_MAX) {
      throw new Problem(
          Category.BAD_INPUT,
          "tokenizer_config.json has extra_ids " + options.extraIds() + ".",
          "Expected 0 to " + EXTRA_IDS_MAX + ".",
          "");
    }
    var vocabulary = vocabulary(file, options, source);
    var special = new SentencePieceSpecials(this, options, vocabulary, file);
    return new SentencePieceTokenizer(
        model(file, vocabulary, source),
        normalizer(file, options),
        cuts(options),
        special.postProcessor(),
        special.addedTokens(),
        special.padId());
  }

  private List<Scored> vocabulary(
      SentencePieceFile file, SentencePieceOptions options, String source) {
    if (file.pieces().size() < 3) {
      throw new Problem(
          Category.BAD_INPUT,
          source + " has " + file.pieces().size() + " pieces.",
          tokenizerClass + " puts other entries in place of the first three.",
          "Fetch the file again.");
    }
    return switch (this) {
      case XLM_ROBERTA -> {
        var scored = fixed("<s>", "<pad>", "</s>", "<unk>");
        scored.addAll(scored(file, 3));
        scored.add(new Scored("<mask>", 0));
        yield scored;
      }
      case CAMEMBERT -> {
        var scored = fixed("<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>");
        scored.add(new Scored("<unk>NOTUSED", -100));
        scored.addAll(scored(file, 1));
        scored.add(new Scored("<mask>", 0));
        yield scored;
      }
      case T5 -> {
        var scored = scored(file, 0);
        for (int i = options.extraIds() - 1; i >= 0; i--) {
          scored.add(new Scored("<extra_id_" + i + ">", 0));
        }
        yield scored;
      }
      case ALBERT -> {
        var scored = scored(file, 0);
        scored.replaceAll(SentencePieceFamily::withoutNumberComma);
        yield scored;
      }
      case DEBERTA_V2 -> scored(file, 0);
      case LLAMA -> {
        var scored = scored(file, 0);
        for (int i = 0; i < 3; i++) {
          scored.set(i, new Scored(scored.get(i).piece(), 0));
        }
        yield scored;
      }
      case GEMMA -> gemma(file, options);
    };
  }

  private List<Scored> gemma(SentencePieceFile file, SentencePieceOptions options) {
    var scored =
        fixed(
            SentencePieceSpecials.token(this, options, "pad_token"),
            SentencePieceSpecials.token(this, options, "eos_token"),
            SentencePieceSpecials.token(this, options, "bos_token"));
    scored.addAll(scored(file, 3));
    boolean hasTab = scored.stream().anyMatch(entry -> entry.piece().equals("\t"));
    for (int i = 0; i < scored.size() && !hasTab; i++) {
      if (scored.get(i).piece().equals("<0x09>")) {
        scored.set(i, new Scored("\t", 0));
        hasTab = true;
      }
    }
    return scored;
  }

  private static List<Scored> fixed(String... pieces) {
    var scored = new ArrayList<Scored>();
    for (var piece : pieces) {
      scored.add(new Scored(piece, 0));
    }
    return scored;
  }

  private static List<Scored> scored(SentencePieceFile file, int from) {
    var scored = new ArrayList<Scored>();
    for (Piece piece : file.pieces().subList(from, file.pieces().size())) {
      scored.add(new Scored(piece.text(), piece.score()));
    }
    return scored;
  }

  /// ALBERT never keeps a comma with the digit before it. (Digits of another kind, superscripts or
  /// circled ones, are no part of its pieces: its map replaces them.)
  private static Scored withoutNumberComma(Scored scored) {
    var piece = scored.piece();
    boolean isNumberComma =
        piece.endsWith(",")
            && piece.length() > 1
            && Character.isDigit(piece.codePointBefore(piece.length() - 1));
    return isNumberComma ? new Scored(piece, scored.score() - NUMBER_PENALTY) : scored;
  }

  private Model model(SentencePieceFile file, List<Scored> vocabulary, String source) {
    var byteFallback =
        switch (this) {
          case XLM_ROBERTA, CAMEMBERT, T5, ALBERT, DEBERTA_V2 -> ByteFallback.NONE;
          case LLAMA, GEMMA -> ByteFallback.BYTES;
        };
    return switch (file.modelType()) {
      case UNIGRAM -> new Model.Unigram(vocabulary, unknownId(file), byteFallback);
      case BPE -> bpe(file, vocabulary, byteFallback);
      case WORD, CHAR ->
          throw Unsupported.component(
              source, "model_type", file.modelType().name(), ModelType.UNIGRAM + ", BPE");
    };
  }

  private Model bpe(SentencePieceFile file, List<Scored> vocabulary, ByteFallback byteFallback) {
    var ids = SentencePieceMerges.ids(file);
    var byteOfTab = ids.get("<0x09>");
    if (this == GEMMA && byteOfTab != null) {
      ids.putIfAbsent("\t", byteOfTab);
    }
    return new Model.Bpe(
        vocabulary, SentencePieceMerges.derive(vocabulary, ids), file.unknownPiece(), byteFallback);
  }

  private int unknownId(SentencePieceFile file) {
    return switch (this) {
      case XLM_ROBERTA, CAMEMBERT, GEMMA -> 3;
      case T5, ALBERT, DEBERTA_V2 -> file.unknownId();
      case LLAMA -> 0;
    };
  }

  private List<Step> normalizer(SentencePieceFile file, SentencePieceOptions options) {
    var map = file.map().stream().map(Step.Precompiled::new).toList();
    var steps = new ArrayList<Step>();
    switch (this) {
      case XLM_ROBERTA, CAMEMBERT, T5 -> {
        steps.addAll(map);
        steps.add(Step.Plain.STRIP_RIGHT);
        steps.add(new Step.ReplaceSpaces("▁"));
      }
      case ALBERT -> {
        steps.add(new Step.Replace("``", "\""));
        steps.add(new Step.Replace("''", "\""));
        if (!options.is(Option.KEEP_ACCENTS)) {
          steps.add(Step.Plain.NFKD);
          steps.add(Step.Plain.STRIP_ACCENTS);
        }
        addLowercase(options, steps);
        steps.addAll(map);
        steps.add(new Step.ReplaceSpaces(" "));
      }
      case DEBERTA_V2 -> {
        addLowercase(options, steps);
        steps.add(Step.Plain.STRIP);
        steps.addAll(map);
        steps.add(new Step.ReplaceSpaces(" "));
      }
      case LLAMA -> {
        if (options.is(Option.LEGACY)) {
          if (options.is(Option.ADD_PREFIX_SPACE)) {
            steps.add(new Step.Prepend("▁"));
          }
          steps.add(new Step.Replace(" ", "▁"));
        }
      }
      case GEMMA -> steps.add(new Step.Replace(" ", "▁"));
    }
    return steps;
  }

  private static void addLowercase(SentencePieceOptions options, List<Step> steps) {
    if (options.is(Option.LOWERCASE)) {
      steps.add(Step.Plain.LOWERCASE);
    }
  }

  private List<Cut> cuts(SentencePieceOptions options) {
    var prefix =
        !options.is(Option.ADD_PREFIX_SPACE)
            ? Prefix.NEVER
            : options.is(Option.LEGACY) ? Prefix.ALWAYS : Prefix.FIRST;
    return switch (this) {
      case XLM_ROBERTA, CAMEMBERT, ALBERT ->
          List.of(new Cut.Metaspace(Prefix.ALWAYS, Splitting.WORDS));
      case T5 -> List.of(new Cut.Metaspace(prefix, Splitting.WORDS));
      case DEBERTA_V2 ->
          options.is(Option.SPLIT_BY_PUNCTUATION)
              ? List.of(new Cut.Punctuation(), new Cut.Metaspace(Prefix.ALWAYS, Splitting.WORDS))
              : List.of(new Cut.Metaspace(Prefix.ALWAYS, Splitting.WORDS));
      case LLAMA ->
          options.is(Option.LEGACY)
              ? List.of()
              : List.of(new Cut.Metaspace(prefix, Splitting.NONE));
      case GEMMA -> List.of(new Cut.BehindSpaces());
    };
  }
}
