package dev.embark.tokenize;

import dev.embark.tokenize.PreTokenizer.Cutting;
import dev.embark.tokenize.PreTokenizer.Delimiter;
import dev.embark.tokenize.PreTokenizer.Meaning;
import dev.embark.tokenize.PreTokenizer.Prefix;
import dev.embark.tokenize.TokenizerConfig.Setting;
import java.util.ArrayList;
import java.util.List;

/// Reads `pre_tokenizer` of `tokenizer.json`.
final class PreTokenizerReader {
  private static final String KNOWN =
      "BertPreTokenizer, ByteLevel, Digits, Metaspace, Punctuation, Sequence, Split, Whitespace,"
          + " WhitespaceSplit";

  private PreTokenizerReader() {}

  static PreTokenizer read(Fields fields) {
    var preTokenizer = one(fields);
    var steps = preTokenizer.inOrder();
    for (int i = 0; i + 1 < steps.size(); i++) {
      if (steps.get(i) instanceof PreTokenizer.ByteLevel) {
        throw Unsupported.component(
            fields.source(), "pre_tokenizer", "ByteLevel before another", "ByteLevel at the end");
      }
    }
    return preTokenizer;
  }

  private static PreTokenizer one(Fields fields) {
    var type = fields.type();
    var preTokenizer =
        switch (type) {
          case "BertPreTokenizer" -> new PreTokenizer.Bert();
          case "Whitespace" -> new PreTokenizer.Whitespace();
          case "WhitespaceSplit" -> new PreTokenizer.WhitespaceSplit();
          case "ByteLevel" -> byteLevel(fields);
          case "Metaspace" -> metaspace(fields);
          case "Split" -> split(fields);
          case "Punctuation" ->
              PreTokenizer.Split.punctuation(
                  delimiter(fields, fields.text("behavior", "Isolated")));
          case "Digits" ->
              new PreTokenizer.Split(
                  new Finder.Having(CharacterTable.NUMERIC),
                  fields.certain("individual_digits") == Setting.TRUE
                      ? Delimiter.ISOLATED
                      : Delimiter.CONTIGUOUS,
                  Meaning.MATCHES);
          case "Sequence" -> sequence(fields.list("pretokenizers"));
          default -> throw Unsupported.component(fields.source(), "pre_tokenizer", type, KNOWN);
        };
    fields.end("pre_tokenizer " + type);
    return preTokenizer;
  }

  private static PreTokenizer sequence(List<Fields> list) {
    var steps = new ArrayList<PreTokenizer>();
    for (var step : list) {
      steps.add(one(step));
    }
    return new PreTokenizer.Sequence(steps);
  }

  private static PreTokenizer byteLevel(Fields fields) {
    // It has a say in offsets only.
    fields.flag("trim_offsets");
    return new PreTokenizer.ByteLevel(
        fields.certain("add_prefix_space") == Setting.TRUE ? Prefix.ALWAYS : Prefix.NEVER,
        fields.flag("use_regex") == Setting.FALSE ? Cutting.NOTHING : Cutting.WORDS);
  }

  private static PreTokenizer metaspace(Fields fields) {
    var mark = fields.text("replacement");
    fields.text("str_rep", mark);
    if (mark.length() != 1) {
      throw Unsupported.component(
          fields.source(), "replacement of Metaspace", mark, "one character of the basic plane");
    }
    var scheme = fields.text("prepend_scheme", "always");
    var prefix =
        switch (scheme) {
          case "always" -> Prefix.ALWAYS;
          case "first" -> Prefix.FIRST;
          case "never" -> Prefix.NEVER;
          default ->
              throw Unsupported.component(
                  fields.source(), "prepend_scheme", scheme, "always, first, never");
        };
    if (fields.flag("add_prefix_space") == Setting.FALSE) {
      // The only one that older files have.
      if (fields.has("prepend_scheme") && prefix != Prefix.NEVER) {
        throw Unsupported.component(
            fields.source(), "prepend_scheme", scheme + " without add_prefix_space", "never");
      }
      prefix = Prefix.NEVER;
    }
    return new PreTokenizer.Metaspace(
        mark.charAt(0),
        prefix,
        fields.flag("split") == Setting.FALSE ? Cutting.NOTHING : Cutting.WORDS);
  }

  private static PreTokenizer split(Fields fields) {
    return new PreTokenizer.Split(
        NormalizerReader.pattern(fields.object("pattern")),
        delimiter(fields, fields.text("behavior")),
        fields.flag("invert") == Setting.TRUE ? Meaning.OTHERS : Meaning.MATCHES);
  }

  private static Delimiter delimiter(Fields fields, String behavior) {
    return switch (behavior) {
      case "Removed" -> Delimiter.REMOVED;
      case "Isolated" -> Delimiter.ISOLATED;
      case "MergedWithPrevious" -> Delimiter.MERGED_WITH_PREVIOUS;
      case "MergedWithNext" -> Delimiter.MERGED_WITH_NEXT;
      case "Contiguous" -> Delimiter.CONTIGUOUS;
      default ->
          throw Unsupported.component(
              fields.source(),
              "behavior",
              behavior,
              "Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous");
    };
  }
}
