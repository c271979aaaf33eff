package dev.embark.tokenize;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// Asks the reference library what it does with every code point, and writes the answers in the
/// format of `characters.txt`.
///
/// Each question is a tokenizer.json whose model spells any text in bytes (BPE with byte fallback
/// and no merges), so that its ids are the normalized text itself. Lone surrogates are left out: no
/// text of the library can hold them.
final class CharacterSweep {
  private static final int BATCH = 8192;
  private static final int STRIDE = 64;
  private static final int HANGUL_FIRST = 0xAC00;
  private static final int HANGUL_LAST = 0xD7A3;

  private final Extent extent;
  private final BitSet control = new BitSet();
  private final BitSet space = new BitSet();
  private final BitSet punctuation = new BitSet();
  private final BitSet ideograph = new BitSet();
  private final BitSet word = new BitSet();
  private final BitSet dropped = new BitSet();
  private final BitSet barrier = new BitSet();
  private final List<CharacterTableText.Mapped> stripped = new ArrayList<>();
  private final List<CharacterTableText.Mapped> lower = new ArrayList<>();
  private final List<CharacterTableText.Ranked> order = new ArrayList<>();

  private CharacterSweep(Extent extent) {
    this.extent = extent;
  }

  /// Which code points are asked for.
  enum Extent {
    EVERY_CODE_POINT,
    /// Every code point of the planes that hold characters; of the eleven others (unassigned or for
    /// private use throughout) the ends, and every 64th between them for its neighbours.
    INHABITED_PLANES
  }

  /// Returns the text that `characters.txt` should have.
  static String derive(Extent extent) {
    var sweep = new CharacterSweep(extent);
    sweep.sweepClasses();
    sweep.sweepMappings();
    sweep.sweepOrder();
    return new CharacterTableText()
        .ranges("control", sweep.spread(sweep.control))
        .ranges("space", sweep.spread(sweep.space))
        .ranges("punctuation", sweep.spread(sweep.punctuation))
        .ranges("ideograph", sweep.spread(sweep.ideograph))
        .ranges("word", sweep.spread(sweep.word))
        .ranges("dropped", sweep.spread(sweep.dropped))
        .ranges("barrier", sweep.spread(sweep.barrier))
        .order(sweep.order)
        .mapping("lower", sweep.lower)
        .mapping("stripped", sweep.stripped)
        .toString();
  }

  private void sweepClasses() {
    answers(
        bert("\"clean_text\":true", "\"lowercase\":false"),
        'a',
        (codePoint, answer) -> control.set(codePoint, answer.isEmpty()));
    answers(
        bert("\"handle_chinese_chars\":true", "\"lowercase\":false"),
        'a',
        (codePoint, answer) ->
            ideograph.set(codePoint, answer.length() > 2 && answer.charAt(0) == ' '));
    try (var oracle = Oracle.of(spelling("null", "{\"type\":\"BertPreTokenizer\"}", "[]"))) {
      batches(batch -> splits(oracle, batch));
    }
    try (var oracle =
        Oracle.of(spelling("null", "null", added("\"single_word\":true,\"lstrip\":false")))) {
      batches(batch -> words(oracle, batch));
    }
    try (var oracle =
        Oracle.of(spelling("null", "null", added("\"single_word\":false,\"lstrip\":true")))) {
      batches(batch -> checkSpaces(oracle, batch));
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
    check(at == ids.length, "words of batch at " + batch[0]);
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
      at += codePoint == '#' ? 1 : utf8Length(codePoint);
      check(ids[at] == '#' || ids[at] == 256, "added token after " + codePoint);
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
      check(swallowed == space.get(codePoint), "one class of white space, but for " + codePoint);
      at += swallowed ? 2 : 2 + (codePoint == '#' ? 1 : utf8Length(codePoint));
    }
  }

  private void sweepMappings() {
    answers(
        "{\"type\":\"Lowercase\"}",
        '\n',
        (codePoint, answer) -> {
          if (!answer.equals(Character.toString(codePoint))) {
            lower.add(new CharacterTableText.Mapped(codePoint, answer));
          }
        });
    answers(
        bert("\"strip_accents\":true", "\"lowercase\":false"),
        '\n',
        (codePoint, answer) -> {
          if (answer.isEmpty()) {
            dropped.set(codePoint);
          } else if (codePoint >= HANGUL_FIRST && codePoint <= HANGUL_LAST) {
            check(answer.equals(jamo(codePoint)), "Hangul is decomposed by rule");
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

  /// Canonical order: which characters move past which. A character has a class above zero if
  /// U+0345 (240, the highest) before it and U+0334 (1, the lowest) behind it change places.
  private void sweepOrder() {
    var ordered = new BitSet();
    var decomposed = new TreeMap<Integer, String>();
    try (var nfd = Oracle.of(spelling("{\"type\":\"NFD\"}", "null", "[]"))) {
      batches(batch -> order(nfd, batch, ordered));
      var changing = (BitSet) dropped.clone();
      stripped.forEach(mapped -> changing.set(mapped.from()));
      changing.or(ordered);
      for (int codePoint : changing.stream().toArray()) {
        var character = Character.toString(codePoint);
        var answer = spell(nfd.ids(character));
        if (!answer.equals(character)) {
          decomposed.put(codePoint, answer);
          ordered.clear(codePoint);
        }
      }
      rank(nfd, ordered);
    }
    barriers(ordered, decomposed);
  }

  private static void order(Oracle nfd, int[] batch, BitSet ordered) {
    var texts = new ArrayList<String>();
    for (int codePoint : batch) {
      // U+0001 stands between the texts; it moves as little as U+0000 does.
      texts.add("\u0345" + Character.toString(codePoint == 1 ? 0 : codePoint) + "\u0334");
    }
    var answers = List.of(spell(nfd.ids(String.join("\u0001", texts))).split("\u0001", -1));
    check(answers.size() == texts.size(), "as many answers as texts");
    for (int i = 0; i < batch.length; i++) {
      ordered.set(batch[i], !answers.get(i).equals(texts.get(i)));
    }
  }

  private void rank(Oracle nfd, BitSet ordered) {
    var classes = new ArrayList<List<Integer>>();
    for (int codePoint : ordered.stream().toArray()) {
      int low = 0;
      int high = classes.size();
      while (low < high) {
        int middle = (low + high) >>> 1;
        int comparison = compare(nfd, codePoint, classes.get(middle).getFirst());
        if (comparison == 0) {
          classes.get(middle).add(codePoint);
          break;
        } else if (comparison < 0) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      if (low == high) {
        classes.add(low, new ArrayList<>(List.of(codePoint)));
      }
    }
    for (int rank = 0; rank < classes.size(); rank++) {
      for (int codePoint : classes.get(rank)) {
        if (!dropped.get(codePoint)) {
          order.add(new CharacterTableText.Ranked(codePoint, rank + 1));
        }
      }
    }
    order.sort(Comparator.comparingInt(CharacterTableText.Ranked::codePoint));
  }

  private static int compare(Oracle nfd, int left, int right) {
    if (swaps(nfd, left, right)) {
      return 1;
    }
    return swaps(nfd, right, left) ? -1 : 0;
  }

  private static boolean swaps(Oracle nfd, int left, int right) {
    var pair = Character.toString(left) + Character.toString(right);
    return !spell(nfd.ids(pair)).equals(pair);
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
        check(
            !(moving && dropped.get(part) && !ordered.get(part)),
            "no replacement holds a barrier behind a mark: " + codePoint);
        moving = ordered.get(part) && !dropped.get(part);
      }
    }
  }

  /// Asks for the normalized form of every code point.
  private void answers(String normalizer, char separator, BiConsumer<Integer, String> take) {
    try (var oracle = Oracle.of(spelling(normalizer, "null", "[]"))) {
      batches(batch -> {
        var text = new StringBuilder();
        for (int codePoint : batch) {
          text.append(separator);
          if (codePoint != separator) {
            text.appendCodePoint(codePoint);
          }
        }
        var answers = spell(oracle.ids(text.toString())).split(String.valueOf(separator), -1);
        check(answers.length == batch.length + 1, "answers of batch at " + batch[0]);
        for (int i = 0; i < batch.length; i++) {
          take.accept(batch[i], batch[i] == separator ? String.valueOf(separator) : answers[i + 1]);
        }
      });
    }
  }

  private void batches(Consumer<int[]> take) {
    var batch = new int[BATCH];
    int count = 0;
    for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
      if (isAsked(codePoint)) {
        batch[count++] = codePoint;
      }
      if (count == BATCH || codePoint == Character.MAX_CODE_POINT) {
        take.accept(Arrays.copyOf(batch, count));
        count = 0;
      }
    }
  }

  private boolean isAsked(int codePoint) {
    if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
      return false;
    }
    return switch (extent) {
      case EVERY_CODE_POINT -> true;
      case INHABITED_PLANES -> isInhabited(codePoint) || codePoint % STRIDE == 0;
    };
  }

  private static boolean isInhabited(int codePoint) {
    int plane = codePoint >>> 16;
    int inPlane = codePoint & 0xFFFF;
    return plane < 4 || plane == 14 || inPlane < STRIDE || inPlane >= 0x10000 - STRIDE;
  }

  /// Gives code points that were not asked for the class of the one before that was.
  private BitSet spread(BitSet set) {
    if (extent == Extent.INHABITED_PLANES) {
      for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
        if (!isInhabited(codePoint)) {
          set.set(codePoint, set.get(codePoint / STRIDE * STRIDE));
        }
      }
    }
    return set;
  }

  private static String spell(int[] ids) {
    var bytes = new byte[ids.length];
    for (int i = 0; i < ids.length; i++) {
      bytes[i] = (byte) ids[i];
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static int utf8Length(int codePoint) {
    return Character.toString(codePoint).getBytes(StandardCharsets.UTF_8).length;
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

  private static String spelling(String normalizer, String preTokenizer, String addedTokens) {
    var vocabulary = new StringBuilder();
    for (int i = 0; i < 256; i++) {
      vocabulary.append(i > 0 ? "," : "").append("\"<0x%02X>\":%d".formatted(i, i));
    }
    return """
    {"version":"1.0","truncation":null,"padding":null,"added_tokens":%s,"normalizer":%s,
     "pre_tokenizer":%s,"post_processor":null,"decoder":null,
     "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
      "end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":true,"ignore_merges":false,
      "vocab":{%s},"merges":[]}}
    """
        .formatted(addedTokens, normalizer, preTokenizer, vocabulary);
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException("The sweep does not understand the library: " + what);
    }
  }
}
