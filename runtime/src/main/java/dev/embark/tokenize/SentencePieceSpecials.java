package dev.embark.tokenize;

import dev.embark.tokenize.AddedToken.Bounds;
import dev.embark.tokenize.AddedToken.Matching;
import dev.embark.tokenize.AddedToken.Role;
import dev.embark.tokenize.AddedToken.Strip;
import dev.embark.tokenize.PostProcessor.First;
import dev.embark.tokenize.PostProcessor.Piece;
import dev.embark.tokenize.PostProcessor.Second;
import dev.embark.tokenize.PostProcessor.Special;
import dev.embark.tokenize.SentencePieceOptions.Option;
import dev.embark.tokenize.SentencePieceTokenizer.Scored;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The special tokens of a [SentencePieceFamily]: what they are called, which ids they get, how
/// they are looked for, and where they stand around a text.
///
/// Control and user-defined pieces come first, then the roles in transformers' order. A token that
/// is no piece gets the next id behind the vocabulary.
final class SentencePieceSpecials {
  private static final String UNKNOWN = "unk_token";

  private static final List<String> ROLES =
      List.of(
          "bos_token", "eos_token", UNKNOWN, "sep_token", "pad_token", "cls_token", "mask_token");

  private final SentencePieceFamily family;
  private final SentencePieceOptions options;
  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<String, AddedToken> added = new LinkedHashMap<>();
  private int next;

  SentencePieceSpecials(
      SentencePieceFamily family,
      SentencePieceOptions options,
      List<Scored> vocabulary,
      SentencePieceFile file) {
    this.family = family;
    this.options = options;
    for (var scored : vocabulary) {
      ids.put(scored.piece(), next++);
    }
    for (var piece : file.pieces()) {
      switch (piece.type()) {
        case CONTROL -> add(piece.text(), Strip.KEPT, Matching.AS_WRITTEN, Role.SPECIAL);
        case USER_DEFINED -> add(piece.text(), Strip.KEPT, Matching.AS_WRITTEN, Role.PLAIN);
        case NORMAL, UNKNOWN, UNUSED, BYTE -> {}
      }
    }
    if (family == SentencePieceFamily.CAMEMBERT) {
      for (var token : List.of("<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED")) {
        add(token, Strip.KEPT, Matching.AS_WRITTEN, Role.SPECIAL);
      }
    }
    for (var role : ROLES) {
      var token = token(family, options, role);
      if (!token.isEmpty()) {
        add(token, left(role), matching(role), Role.SPECIAL);
      }
    }
    if (family == SentencePieceFamily.T5) {
      for (int i = 0; i < options.extraIds(); i++) {
        add("<extra_id_" + i + ">", Strip.KEPT, Matching.AS_WRITTEN, Role.SPECIAL);
      }
    }
  }

  private void add(String token, Strip left, Matching matching, Role role) {
    int id = ids.computeIfAbsent(token, _ -> next++);
    added.put(token, new AddedToken(id, token, Bounds.ANYWHERE, left, Strip.KEPT, matching, role));
  }

  private Strip left(String role) {
    return switch (family) {
      case XLM_ROBERTA, CAMEMBERT, ALBERT ->
          role.equals("mask_token") ? Strip.SWALLOWED : Strip.KEPT;
      case T5, DEBERTA_V2, LLAMA, GEMMA -> Strip.KEPT;
    };
  }

  private Matching matching(String role) {
    return family == SentencePieceFamily.DEBERTA_V2 && role.equals(UNKNOWN)
        ? Matching.NORMALIZED
        : Matching.AS_WRITTEN;
  }

  /// Returns the token of a role, empty where there is none.
  static String token(SentencePieceFamily family, SentencePieceOptions options, String role) {
    return options.special().getOrDefault(role, usual(family, role));
  }

  private static String usual(SentencePieceFamily family, String role) {
    return switch (family) {
      case XLM_ROBERTA, CAMEMBERT -> fairseq(role);
      case T5 ->
          role.equals("eos_token") || role.equals("pad_token") ? fairseq(role) : unknown(role);
      case ALBERT -> role.equals(UNKNOWN) || role.equals("pad_token") ? fairseq(role) : bert(role);
      case DEBERTA_V2 -> bert(role);
      case LLAMA ->
          role.equals("bos_token") || role.equals("eos_token") ? fairseq(role) : unknown(role);
      case GEMMA ->
          switch (role) {
            case "bos_token" -> "<bos>";
            case "eos_token" -> "<eos>";
            case "pad_token" -> "<pad>";
            default -> unknown(role);
          };
    };
  }

  private static String unknown(String role) {
    return role.equals(UNKNOWN) ? "<unk>" : "";
  }

  private static String fairseq(String role) {
    return switch (role) {
      case "bos_token", "cls_token" -> "<s>";
      case "eos_token", "sep_token" -> "</s>";
      case "pad_token" -> "<pad>";
      case "mask_token" -> "<mask>";
      default -> unknown(role);
    };
  }

  private static String bert(String role) {
    return switch (role) {
      case "bos_token", "cls_token" -> "[CLS]";
      case "eos_token", "sep_token" -> "[SEP]";
      case "pad_token" -> "[PAD]";
      case "mask_token" -> "[MASK]";
      default -> "[UNK]";
    };
  }

  List<AddedToken> addedTokens() {
    var tokens = new ArrayList<>(added.values());
    tokens.sort(Comparator.comparingInt(AddedToken::id));
    return tokens;
  }

  int padId() {
    return ids.getOrDefault(token(family, options, "pad_token"), 0);
  }

  PostProcessor postProcessor() {
    return switch (family) {
      case XLM_ROBERTA, CAMEMBERT -> PostProcessor.roberta(id("<s>"), id("</s>"));
      case T5 -> {
        var end = new Special(id("</s>"), 0);
        yield new PostProcessor(
            List.of(new First(0), end), List.of(new First(0), end, new Second(0), end));
      }
      case ALBERT, DEBERTA_V2 -> PostProcessor.bert(id("[CLS]"), id("[SEP]"));
      case LLAMA, GEMMA -> {
        var single = surrounded(new First(0), 0);
        var pair = new ArrayList<>(single);
        pair.addAll(surrounded(new Second(1), 1));
        yield new PostProcessor(single, pair);
      }
    };
  }

  /// Some classes write these two by name whatever the configuration says; one that is missing is
  /// unknown.
  private int id(String token) {
    return ids.getOrDefault(token, ids.getOrDefault(token(family, options, UNKNOWN), 0));
  }

  private List<Piece> surrounded(Piece text, int typeId) {
    var pieces = new ArrayList<Piece>();
    if (options.is(Option.ADD_BEGIN)) {
      pieces.add(new Special(id(token(family, options, "bos_token")), typeId));
    }
    pieces.add(text);
    if (options.is(Option.ADD_END)) {
      pieces.add(new Special(id(token(family, options, "eos_token")), typeId));
    }
    return pieces;
  }
}
