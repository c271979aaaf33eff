package dev.embark.bench;

import dev.embark.format.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;

/// Texts of public data sets, read from the folder of evaluation data.
///
/// Expected below the folder: `xquad/xquad.{en,de,zh}.json`, `cranfield/cran.all.1400.xml`,
/// `stsb/stsb-en-dev.csv`.
record Corpus(Path folder) {
  private static final Pattern ABSTRACT = Pattern.compile("<text>(.*?)</text>", Pattern.DOTALL);
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final long SEED = 20_261_121;

  /// Returns `count` texts of mixed length in an order that is random and always the same: English
  /// paragraphs and their sentences, abstracts, and sentence pairs.
  List<String> mixed(int count) {
    var texts = new ArrayList<String>();
    var paragraphs = paragraphs("en");
    texts.addAll(paragraphs);
    paragraphs.forEach(paragraph -> texts.addAll(sentences(paragraph)));
    texts.addAll(abstracts());
    texts.addAll(pairs());
    Collections.shuffle(texts, new Random(SEED));
    return List.copyOf(texts.subList(0, Math.min(count, texts.size())));
  }

  /// Returns the paragraphs of XQuAD in `language`.
  List<String> paragraphs(String language) {
    var paragraphs = new ArrayList<String>();
    for (var article :
        Json.read(folder.resolve("xquad/xquad." + language + ".json")).path("data").values()) {
      for (var paragraph : article.path("paragraphs").values()) {
        paragraphs.add(paragraph.path("context").asString());
      }
    }
    return paragraphs;
  }

  /// Returns the sentences of the STS benchmark.
  List<String> pairs() {
    var sentences = new ArrayList<String>();
    text("stsb/stsb-en-dev.csv")
        .lines()
        .forEach(line -> {
          var fields = fields(line);
          sentences.add(fields.get(0));
          sentences.add(fields.get(1));
        });
    return sentences;
  }

  private List<String> abstracts() {
    var abstracts = new ArrayList<String>();
    var matcher = ABSTRACT.matcher(text("cranfield/cran.all.1400.xml"));
    while (matcher.find()) {
      var text = SPACE.matcher(matcher.group(1)).replaceAll(" ").strip();
      if (!text.isEmpty()) {
        abstracts.add(text);
      }
    }
    return abstracts;
  }

  private static List<String> sentences(String paragraph) {
    var sentences = new ArrayList<String>();
    var breaks = BreakIterator.getSentenceInstance(Locale.ENGLISH);
    breaks.setText(paragraph);
    int from = breaks.first();
    for (int to = breaks.next(); to != BreakIterator.DONE; from = to, to = breaks.next()) {
      var sentence = paragraph.substring(from, to).strip();
      if (!sentence.isEmpty()) {
        sentences.add(sentence);
      }
    }
    return sentences;
  }

  /// Returns the fields of a line of comma-separated values, some of them in quotation marks.
  private static List<String> fields(String line) {
    var fields = new ArrayList<String>();
    var field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        quoted = !quoted;
        // Two marks inside a field stand for one.
        if (quoted && i > 0 && line.charAt(i - 1) == '"') {
          field.append('"');
        }
      } else if (c == ',' && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }

  private String text(String file) {
    try {
      return Files.readString(folder.resolve(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
