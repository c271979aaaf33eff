package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tokenize.TokenizerConfig.Setting;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;

/// Reads `normalizer` of `tokenizer.json`.
final class NormalizerReader {
  private static final String KNOWN =
      "BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, Replace,"
          + " Sequence, Strip, StripAccents";

  private final TokenizerConfig config;

  NormalizerReader(TokenizerConfig config) {
    this.config = config;
  }

  Normalizer read(Fields fields, BertSettings.Place place) {
    var type = fields.type();
    var normalizer =
        switch (type) {
          case "BertNormalizer" -> bert(fields, place);
          case "Lowercase" -> new Normalizer.Lowercase();
          case "NFC" -> new Normalizer.Unicode(NormalForm.NFC);
          case "NFD" -> new Normalizer.Unicode(NormalForm.NFD);
          case "NFKC" -> new Normalizer.Unicode(NormalForm.NFKC);
          case "NFKD" -> new Normalizer.Unicode(NormalForm.NFKD);
          case "Nmt" -> new Normalizer.Nmt();
          case "StripAccents" -> new Normalizer.StripAccents();
          case "Strip" -> strip(fields);
          case "Replace" ->
              new Normalizer.Replace(pattern(fields.object("pattern")), fields.text("content"));
          case "Prepend" -> new Normalizer.Prepend(fields.text("prepend"));
          case "Precompiled" -> new Normalizer.Precompiled(map(fields));
          case "Sequence" -> sequence(fields);
          default -> throw Unsupported.component(fields.source(), "normalizer", type, KNOWN);
        };
    fields.end("normalizer " + type);
    return normalizer;
  }

  private Normalizer sequence(Fields fields) {
    var steps = new ArrayList<Normalizer>();
    for (var step : fields.list("normalizers")) {
      steps.add(read(step, BertSettings.Place.NESTED));
    }
    return new Normalizer.Sequence(steps);
  }

  private static PrecompiledMap map(Fields fields) {
    var text = fields.text("precompiled_charsmap");
    try {
      return PrecompiledMap.read(Base64.getDecoder().decode(text), fields.source());
    } catch (IllegalArgumentException e) {
      throw new Problem(
          Category.BAD_INPUT,
          fields.source() + " has a damaged precompiled_charsmap: it is not Base64.",
          String.valueOf(e.getMessage()),
          "Fetch the file again.",
          e);
    }
  }

  private static Normalizer strip(Fields fields) {
    var sides = EnumSet.noneOf(Side.class);
    if (fields.certain("strip_left") == Setting.TRUE) {
      sides.add(Side.LEFT);
    }
    if (fields.certain("strip_right") == Setting.TRUE) {
      sides.add(Side.RIGHT);
    }
    return new Normalizer.Strip(sides);
  }

  /// Reads `{"String": …}` or `{"Regex": …}`.
  static Regex pattern(Fields fields) {
    var regex =
        fields.has("Regex")
            ? Regex.compile(fields.text("Regex"), fields.source())
            : Regex.literal(fields.text("String"), fields.source());
    fields.end("a pattern");
    return regex;
  }

  private Normalizer bert(Fields fields, BertSettings.Place place) {
    var stripAccents = fields.flag("strip_accents");
    if (stripAccents == Setting.ABSENT) {
      throw Fields.missing(fields.source(), "strip_accents");
    }
    var written =
        new BertSettings(
            fields.certain("clean_text"),
            fields.certain("handle_chinese_chars"),
            stripAccents,
            fields.certain("lowercase"));
    return switch (place) {
      case TOP -> written.overridden(config, fields.source()).normalizer();
      case NESTED -> written.normalizer();
    };
  }
}
