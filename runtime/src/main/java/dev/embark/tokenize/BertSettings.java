package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tokenize.Normalizer.BertStep;
import dev.embark.tokenize.TokenizerConfig.Setting;
import java.util.EnumSet;
import java.util.Set;

/// The fields of a `BertNormalizer`, and who has the last word on them.
///
/// transformers' BERT classes, and so sentence-transformers, set the normalizer from
/// `tokenizer_config.json` after they have read `tokenizer.json`. What is written there wins here
/// too. Where it is silent those classes would even take their own defaults against
/// `tokenizer.json`: two files that disagree so are refused, for no answer is safe. A
/// `tokenizer_class` that is no BERT class leaves `tokenizer.json` alone.
record BertSettings(
    Setting cleanText, Setting chineseChars, Setting stripAccents, Setting lowercase) {
  private static final Set<String> CLASSES =
      Set.of("BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MPNetTokenizer");

  /// Where in `tokenizer.json` a normalizer stands: a nested one is never overridden.
  enum Place {
    TOP,
    NESTED
  }

  /// The defaults of transformers' BERT classes.
  static BertSettings usual() {
    return new BertSettings(Setting.TRUE, Setting.TRUE, Setting.NULL, Setting.TRUE);
  }

  /// Returns the settings that count.
  BertSettings overridden(TokenizerConfig config, String source) {
    var name = config.tokenizerClass();
    if (!name.isEmpty() && !CLASSES.contains(name)) {
      return this;
    }
    var merged =
        new BertSettings(
            cleanText,
            config.chineseChars().or(chineseChars),
            config.stripAccents() == Setting.ABSENT ? stripAccents : config.stripAccents(),
            config.lowercase().or(lowercase));
    if (!name.isEmpty()) {
      var silent =
          new BertSettings(
              cleanText,
              config.chineseChars().or(Setting.TRUE),
              config.stripAccents() == Setting.ABSENT ? Setting.NULL : config.stripAccents(),
              config.lowercase().or(Setting.TRUE));
      if (!silent.normalizer().equals(merged.normalizer())) {
        throw new Problem(
            Category.BAD_INPUT,
            source + " and tokenizer_config.json disagree: " + merged + " or " + silent + "?",
            "The class "
                + name
                + " takes its own defaults for what tokenizer_config.json leaves out.",
            "Write do_lower_case, strip_accents and tokenize_chinese_chars into"
                + " tokenizer_config.json.");
      }
    }
    return merged;
  }

  Normalizer.Bert normalizer() {
    var steps = EnumSet.noneOf(BertStep.class);
    add(steps, BertStep.CLEAN_TEXT, cleanText);
    add(steps, BertStep.HANDLE_CHINESE_CHARS, chineseChars);
    add(steps, BertStep.STRIP_ACCENTS, stripAccents.or(lowercase));
    add(steps, BertStep.LOWERCASE, lowercase);
    return new Normalizer.Bert(steps);
  }

  private static void add(Set<BertStep> steps, BertStep step, Setting setting) {
    if (setting == Setting.TRUE) {
      steps.add(step);
    }
  }

  @Override
  public String toString() {
    return normalizer().steps().stream().sorted().toList().toString();
  }
}
