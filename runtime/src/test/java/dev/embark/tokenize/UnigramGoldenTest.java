package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.format.json.Json;
import dev.embark.tokenize.UnigramModel.ByteFallback;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Whole pipelines of the developer fixtures, put together by hand from [PrecompiledMap] and
/// [UnigramModel], against sentence-transformers' ids and the reference library.
class UnigramGoldenTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "tokenize", "unigram");
  private static final JsonNode GOLDEN = Json.read(FOLDER.resolve("golden.json"));

  private final PrecompiledMap map = PrecompiledMap.read(PrecompiledMapTest.nmtNfkc(), "map");
  private final Window window = new Window();
  private final UnigramScratch scratch = new UnigramScratch();
  private final TokenList list = new TokenList();

  @Test
  void textsGetTheIdsOfSentenceTransformers() {
    int compared = 0;
    for (var golden : GOLDEN.get("cases")) {
      var name = golden.get("tokenizer").stringValue();
      var model = model(name);
      for (int i = 0; i < GOLDEN.get("texts").size(); i++) {
        var text = GOLDEN.get("texts").get(i).stringValue();
        if (isWithinReach(name, text)) {
          assertThat(ids(name, model, text, golden.get("max_tokens").intValue()))
              .as("%s: %s", golden.get("checkpoint"), text)
              .containsExactly(ints(golden.get("input_ids").get(i)));
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThan(50);
  }

  @ParameterizedTest
  @ValueSource(strings = {"xlm-roberta", "t5", "deberta", "albert"})
  void twentyThousandTextsGetTheSameIds(String name) throws IOException {
    var json =
        Files.readString(FOLDER.resolve(name + ".json"))
            .replace(
                "\"nmt_nfkc\"",
                '"' + Base64.getEncoder().encodeToString(PrecompiledMapTest.nmtNfkc()) + '"');
    var model = model(name);
    var texts = new Texts(name.hashCode());
    try (var oracle = Oracle.of(json)) {
      for (int i = 0; i < 20_000; i++) {
        var text = texts.next();
        if (isWithinReach(name, text)) {
          int[] ours = ids(name, model, text, Integer.MAX_VALUE);
          int[] expected = oracle.ids(text);
          if (!Arrays.equals(ours, expected)) {
            assertThat(ours).as("text %d: %s", i, text).containsExactly(expected);
          }
        }
      }
    }
  }

  /// Neither added tokens nor ALBERT's accents are done by hand here.
  private static boolean isWithinReach(String name, String text) {
    return !text.contains("[")
        && !text.contains("<")
        && (!name.equals("albert") || text.chars().allMatch(c -> c < 128));
  }

  private static UnigramModel model(String name) {
    var json = Json.read(FOLDER.resolve(name + ".json")).get("model");
    var builder = new UnigramModel.Builder(name);
    for (var entry : json.get("vocab")) {
      var piece = entry.get(0).stringValue();
      builder.add(piece.toCharArray(), piece.length(), entry.get(1).doubleValue());
    }
    return builder.build(json.get("unk_id").intValue(), ByteFallback.NONE);
  }

  private int[] ids(String name, UnigramModel model, String text, int max) {
    window.clear();
    var written =
        switch (name) {
          case "deberta" -> strip(text);
          case "albert" -> text.replace("``", "\"").replace("''", "\"").toLowerCase(Locale.ROOT);
          default -> text;
        };
    map.normalize(written, 0, written.length(), window);
    var normalized = window.toString();
    list.start(Integer.MAX_VALUE, Side.RIGHT);
    if (name.equals("deberta")) {
      cut(model, normalized.replaceAll(" {2,}", " ").replace(' ', '▁'));
    } else {
      for (var word : words(normalized)) {
        cut(model, word);
      }
    }
    return template(name, model, UnigramOracle.ids(list), max);
  }

  private static List<String> words(String text) {
    var words = new ArrayList<String>();
    int from = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || isSpace(text.charAt(i))) {
        if (i > from) {
          words.add(text.substring(from, i));
        }
        from = i + 1;
      }
    }
    return words;
  }

  private static boolean isSpace(char c) {
    return (CharacterTable.properties(c) & CharacterTable.SPACE) != 0;
  }

  private static String strip(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && isSpace(text.charAt(from))) {
      from++;
    }
    while (to > from && isSpace(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  /// `Metaspace`: a `▁` in front, and a cut before each.
  private void cut(UnigramModel model, String word) {
    if (word.isEmpty()) {
      return;
    }
    char[] text = (word.startsWith("▁") ? word : "▁" + word).toCharArray();
    int from = 0;
    for (int i = 1; i <= text.length; i++) {
      if (i == text.length || text[i] == '▁') {
        model.encode(text, from, i, scratch, list);
        from = i;
      }
    }
  }

  private static int[] template(String name, UnigramModel model, int[] ids, int max) {
    int first =
        switch (name) {
          case "xlm-roberta" -> model.find("<s>");
          case "t5" -> -1;
          default -> model.find("[CLS]");
        };
    int last =
        name.equals("xlm-roberta") || name.equals("t5") ? model.find("</s>") : model.find("[SEP]");
    int before = first < 0 ? 0 : 1;
    int kept = Math.min(ids.length, max - before - 1);
    var all = new int[before + kept + 1];
    all[0] = first;
    System.arraycopy(ids, 0, all, before, kept);
    all[before + kept] = last;
    return all;
  }

  private static int[] ints(JsonNode array) {
    var ints = new int[array.size()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = array.get(i).intValue();
    }
    return ints;
  }
}
