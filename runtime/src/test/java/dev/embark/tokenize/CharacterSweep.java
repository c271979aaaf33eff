package dev.embark.tokenize;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Asks the reference library what it does with every code point on the way through BERT's
/// pipeline, and writes the answers in the format of `characters.txt`.
final class CharacterSweep {
  private static final int HANGUL_FIRST = 0xAC00;
  private static final int HANGUL_LAST = 0xD7A3;

  private final Sweep sweep;
  private final BitSet control = new BitSet();
  private final BitSet space = new BitSet();
  private final BitSet punctuation = new BitSet();
  private final BitSet ideograph = new BitSet();
  private final BitSet word = new BitSet();
  private final BitSet numeric = new BitSet();
  private final BitSet mark = new BitSet();
  private final BitSet dropped = new BitSet();
  private final BitSet barrier = new BitSet();
  private final List<CharacterTableText.Mapped> stripped = new ArrayList<>();
  private final List<CharacterTableText.Mapped> lower = new ArrayList<>();
  private final List<CharacterTableText.Ranked> order = new ArrayList<>();

  private CharacterSweep(Sweep.Extent extent) {
    sweep = new Sweep(extent);
  }

  /// Returns the text that `characters.txt` should have.
  static String derive(Sweep.Extent extent) {
    var characters = new CharacterSweep(extent);
    characters.sweepClasses();
    characters.sweepMappings();
    characters.sweepOrder();
    return new CharacterTableText("what BERT's pipeline does with characters")
        .ranges("control", characters.sweep.spread(characters.control))
        .ranges("space", characters.sweep.spread(characters.space))
        .ranges("punctuation", characters.sweep.spread(characters.punctuation))
        .ranges("ideograph", characters.sweep.spread(characters.ideograph))
        .ranges("word", characters.sweep.spread(characters.word))
        .ranges("numeric", characters.sweep.spread(characters.numeric))
        .ranges("mark", characters.sweep.spread(characters.mark))
        .ranges("dropped", characters.sweep.spread(characters.dropped))
        .ranges("barrier", characters.sweep.spread(characters.barrier))
        .order(characters.order)
        .mapping("lower", characters.lower)
        .mapping("stripped", characters.stripped)
        .toString();
  }

  private void sweepClasses() {
    sweep.answers(
        bert("\"clean_text\":true", "\"lowercase\":false"),
        'a',
        (codePoint, answer) -> control.set(codePoint, answer.isEmpty()));
    sweep.answers(
        bert("\"handle_chinese_chars\":true", "\"lowercase\":false"),
        'a',
        (codePoint, answer) ->
            ideograph.set(codePoint, answer.length() > 2 && answer.charAt(0) == ' '));
    try (var oracle = Oracle.of(Sweep.spelling("null", "{\"type\":\"BertPreTokenizer\"}", "[]"))) {
      sweep.batches(batch -> splits(oracle, batch));
    }
    var digits = "{\"type\":\"Digits\",\"individual_digits\":true}";
    try (var oracle = Oracle.of(Sweep.spelling("null", digits, "[]"))) {
      sweep.batches(batch -> numbers(oracle, batch));
    }
    try (var oracle =
        Oracle.of(Sweep.spelling("null", "null", added("\"single_word\":true,\"lstrip\":false")))) {
      sweep.batches(batch -> words(oracle, batch));
    }
    try (var oracle =
        Oracle.of(Sweep.spelling("null", "null", added("\"single_word\":false,\"lstrip\":true")))) {
      sweep.batches(batch -> checkSpaces(oracle, batch));
    }
  }

  /// `aXa`: three words if X is punctuation, two without X if it is white space.
  private void splits(Oracle oracle, int[] batch) {
    var text = new StringBuilder();
    for (int codePoint : batch) {
      text.append('a').appendCodePoint(codePoint).append("a ");
    }
    var answer = oracle.idsAndWords(text.toString());
    int[] ids = answer.getFirst();
    int[] words = answer.getLast();
    int at = 0;
    for (int codePoint : batch) {
      byte[] bytes = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
      boolean there = ids[at + 1] == (bytes[0] & 0xFF) && ids.length > at + 1 + bytes.length;
      if (there) {
        punctuation.set(codePoint, words[at] != words[at + 1]);
        at += bytes.length + 2;
      } else {
        space.set(codePoint);
        at += 2;
      }
    }
    Sweep.check(at == ids.length, "words of batch at " + batch[0]);
  }

  /// `aXa`: three words if X is a number.
  private void numbers(Oracle oracle, int[] batch) {
    var text = new StringBuilder();
    for (int codePoint : batch) {
      text.append('a').appendCodePoint(codePoint).append('a');
    }
    int[] words = oracle.idsAndWords(text.toString()).getLast();
    int at = 0;
    for (int codePoint : batch) {
      numeric.set(codePoint, words[at] != words[at + 1]);
      at += Sweep.utf8Length(codePoint) + 2;
    }
  }

  /// `X#` where `#` is an added token that must stand alone: it is not found after a word
  /// character.
  private void words(Oracle oracle, int[] batch) {
    var text = new StringBuilder();
    for (int codePoint : batch) {
      text.append(codePoint == '#' ? " " : Character.toString(codePoint)).append("# ");
    }
    int[] ids = oracle.ids(text.toString());
    int at = 0;
    for (int codePoint : batch) {
      at += codePoint == '#' ? 1 : Sweep.utf8Length(codePoint);
      Sweep.check(ids[at] == '#' || ids[at] == 256, "added token after " + codePoint);
      word.set(codePoint, ids[at] == '#');
      at += 2;
    }
  }

  /// `aX#` where `#` is an added token that swallows white space on its left.
  private void checkSpaces(Oracle oracle, int[] batch) {
    var text = new StringBuilder();
    for (int codePoint : batch) {
      text.append('a').append(codePoint == '#' ? "b" : Character.toString(codePoint)).append('#');
    }
    int[] ids = oracle.ids(text.toString());
    int at = 0;
    for (int codePoint : batch) {
      boolean swallowed = ids[at + 1] == 256;
      Sweep.check(
          swallowed == space.get(codePoint), "one class of white space, but for " + codePoint);
      at += swallowed ? 2 : 2 + (codePoint == '#' ? 1 : Sweep.utf8Length(codePoint));
    }
  }

  private void sweepMappings() {
    sweep.answers(
        "{\"type\":\"StripAccents\"}",
        'a',
        (codePoint, answer) -> mark.set(codePoint, answer.isEmpty()));
    sweep.answers(
        "{\"type\":\"Lowercase\"}",
        '\n',
        (codePoint, answer) -> {
          if (!answer.equals(Character.toString(codePoint))) {
            lower.add(new CharacterTableText.Mapped(codePoint, answer));
          }
        });
    sweep.answers(
        bert("\"strip_accents\":true", "\"lowercase\":false"),
        '\n',
        (codePoint, answer) -> {
          if (answer.isEmpty()) {
            dropped.set(codePoint);
          } else if (codePoint >= HANGUL_FIRST && codePoint <= HANGUL_LAST) {
            Sweep.check(answer.equals(jamo(codePoint)), "Hangul is decomposed by rule");
          } else if (!answer.equals(Character.toString(codePoint))) {
            stripped.add(new CharacterTableText.Mapped(codePoint, answer));
          }
        });
  }

  private static String jamo(int syllable) {
    int index = syllable - HANGUL_FIRST;
    var jamo = new StringBuilder();
    jamo.append((char) (0x1100 + index / 588)).append((char) (0x1161 + index % 588 / 28));
    if (index % 28 > 0) {
      jamo.append((char) (0x11A7 + index % 28));
    }
    return jamo.toString();
  }

  private void sweepOrder() {
    var ranks = OrderSweep.ranks(sweep);
    var ordered = new BitSet();
    ranks.forEach((codePoint, rank) -> {
      ordered.set(codePoint);
      if (!dropped.get(codePoint)) {
        order.add(new CharacterTableText.Ranked(codePoint, rank));
      }
    });
    var decomposed = new TreeMap<Integer, String>();
    try (var nfd = Oracle.of(Sweep.spelling("{\"type\":\"NFD\"}", "null", "[]"))) {
      var changing = (BitSet) dropped.clone();
      stripped.forEach(mapped -> changing.set(mapped.from()));
      for (int codePoint : changing.stream().toArray()) {
        var character = Character.toString(codePoint);
        var answer = Sweep.spell(nfd.ids(character));
        if (!answer.equals(character)) {
          decomposed.put(codePoint, answer);
        }
      }
    }
    barriers(ordered, decomposed);
  }

  /// A dropped character of class zero still keeps marks on its sides apart.
  private void barriers(BitSet ordered, Map<Integer, String> decomposed) {
    for (int codePoint : dropped.stream().toArray()) {
      var parts = decomposed.getOrDefault(codePoint, Character.toString(codePoint));
      barrier.set(codePoint, parts.codePoints().anyMatch(part -> !ordered.get(part)));
    }
    for (var mapped : stripped) {
      int codePoint = mapped.from();
      var parts =
          decomposed.getOrDefault(codePoint, Character.toString(codePoint)).codePoints().toArray();
      boolean moving = false;
      for (int part : parts) {
        Sweep.check(
            !(moving && dropped.get(part) && !ordered.get(part)),
            "no replacement holds a barrier behind a mark: " + codePoint);
        moving = ordered.get(part) && !dropped.get(part);
      }
    }
  }

  private static String bert(String... settings) {
    var fields = new TreeMap<String, String>();
    for (var name : List.of("clean_text", "handle_chinese_chars", "strip_accents", "lowercase")) {
      fields.put("\"" + name + "\"", "false");
    }
    for (var setting : settings) {
      int colon = setting.indexOf(':');
      fields.put(setting.substring(0, colon), setting.substring(colon + 1));
    }
    var text = new StringBuilder("{\"type\":\"BertNormalizer\"");
    fields.forEach((name, value) -> text.append(",").append(name).append(":").append(value));
    return text.append("}").toString();
  }

  private static String added(String attributes) {
    return "[{\"id\":256,\"content\":\"#\",\"rstrip\":false,\"normalized\":false,\"special\":true,"
        + attributes
        + "}]";
  }
}
