package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.tokenize.UnigramModel.ByteFallback;
import dev.embark.tokenize.UnigramOracle.Scored;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnigramModelTest {
  private static final int[] SAME = {1, 2};
  private static final int[] SWAPPED = {2, 1};
  private static final List<Scored> UNKNOWN_ONLY = List.of(new Scored("<unk>", "0.0"));

  /// Few letters and few scores: many ways to cut a text have the same sum, or all but the same.
  @ParameterizedTest
  @EnumSource
  void randomVocabulariesCutTextsAlike(ByteFallback byteFallback) {
    var random = new SplittableRandom(byteFallback.name().length());
    for (int i = 0; i < 150; i++) {
      var letters = letters(random);
      var pieces = pieces(random, letters, byteFallback);
      int unknown = random.nextInt(pieces.size());
      try (var oracle = new UnigramOracle(pieces, unknown, byteFallback)) {
        for (int k = 0; k < 60; k++) {
          oracle.compare(text(random, letters, 30) + pieces.get(unknown).piece());
          oracle.compare(pieces.get(unknown).piece() + text(random, letters, 3));
        }
        oracle.compare(text(random, letters, 2_000));
      }
    }
  }

  private static int[] letters(SplittableRandom random) {
    var all = "abcde▁é中🚀\0\n\"\uFFFD".codePoints().toArray();
    var letters = new int[random.nextInt(1, 8)];
    for (int i = 0; i < letters.length; i++) {
      letters[i] = all[random.nextInt(all.length)];
    }
    return letters;
  }

  private static String text(SplittableRandom random, int[] letters, int lengthMax) {
    var text = new StringBuilder();
    for (int n = random.nextInt(1, lengthMax + 1); n > 0; n--) {
      text.appendCodePoint(letters[random.nextInt(letters.length)]);
    }
    return text.toString();
  }

  private static List<Scored> pieces(
      SplittableRandom random, int[] letters, ByteFallback byteFallback) {
    var pieces = new ArrayList<Scored>();
    if (random.nextBoolean()) {
      pieces.add(new Scored("<unk>", "0.0"));
    }
    int scores = random.nextInt(1, 6);
    for (int n = random.nextInt(1, 40); n > 0; n--) {
      var piece = text(random, letters, random.nextInt(1, 7));
      if (piece.codePoints().allMatch(c -> c >= ' ')) {
        pieces.add(new Scored(piece, "-" + (random.nextInt(scores) + 1) * 0.1));
      }
    }
    if (byteFallback == ByteFallback.BYTES) {
      int missing = random.nextInt(-200, 256);
      for (int b = 0; b < 256; b++) {
        if (b != missing) {
          pieces.add(new Scored("<0x%02X>".formatted(b), random.nextBoolean() ? "0.0" : "-30"));
        }
      }
    }
    if (pieces.isEmpty()) {
      pieces.addAll(UNKNOWN_ONLY);
    }
    return pieces;
  }

  /// A pair of letters against the two letters, with scores that differ in the last digits or not
  /// at all: which one is taken depends on the last bit that is read from a score.
  @Test
  void scoresAreReadAsTheLibraryReadsThem() {
    var random = new SplittableRandom(7);
    int nearest = 0;
    for (int round = 0; round < 60; round++) {
      var pieces = new ArrayList<>(UNKNOWN_ONLY);
      var texts = new ArrayList<String>();
      for (char c = '一'; c < '一' + 400; c++) {
        long digits = random.nextLong(1L << 54, Long.MAX_VALUE);
        int places = random.nextInt(1, 17);
        pieces.add(new Scored("a" + c, number(digits, places)));
        pieces.add(new Scored(String.valueOf(c), number(digits + random.nextInt(-3, 4), places)));
        texts.add("a" + c);
      }
      pieces.add(new Scored("a", "0"));
      try (var oracle = new UnigramOracle(pieces, 0, ByteFallback.NONE)) {
        texts.forEach(oracle::compare);
      }
      nearest += (int) pieces.stream().filter(UnigramModelTest::isReadAsNearest).count();
    }
    assertThat(nearest).as("scores that are read as the nearest double").isBetween(1, 48_000);
  }

  private static String number(long digits, int places) {
    var text = Long.toString(digits);
    return "-"
        + text.substring(0, text.length() - places)
        + "."
        + text.substring(text.length() - places);
  }

  private static boolean isReadAsNearest(Scored scored) {
    return real(scored.score()) == Double.parseDouble(scored.score());
  }

  private static double real(String number) {
    byte[] bytes = ("[" + number + "]").getBytes(StandardCharsets.US_ASCII);
    return JsonReal.parse(bytes, 1, bytes.length - 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "1",
        "-12",
        "0.5",
        "-3.4635426998138428",
        "1e3",
        "1E+3",
        "25e-2",
        "-1.5e-7",
        "18446744073709551615",
        "1e308",
        "123456.789e-308",
        "4.9e-320",
        "0e999999999999",
        "0.0"
      })
  void everydayNumbersAreTheNearestDouble(String number) {
    assertThat(real(number)).isEqualTo(Double.parseDouble(number));
  }

  @Test
  void numbersOutOfRangeAreInfiniteOrNothing() {
    assertThat(real("1e309")).isInfinite();
    assertThat(real("-1e99999999999")).isInfinite();
    assertThat(real("1e-99999999999")).isZero();
    assertThat(real("123e-400")).isZero();
    // The library drops digits that do not fit 64 bits.
    assertThat(real("184467440737095516159")).isEqualTo(real("18446744073709551615e1"));
    assertThat(real("1.84467440737095516159e-5")).isEqualTo(real("1.8446744073709551615e-5"));
  }

  @Test
  void unknownNeighboursAreOne() {
    var pieces = List.of(new Scored("<unk>", "0"), new Scored("a", "-1"), new Scored("b", "-1"));
    try (var oracle = new UnigramOracle(pieces, 0, ByteFallback.NONE)) {
      assertThat(oracle.ids("axyzb🚀<unk>é")).containsExactly(1, 0, 2, 0);
      oracle.compare("axyzb🚀<unk>é");
    }
  }

  /// Where unknown scores are above zero, two unknown characters beat the piece of both; the
  /// library then finds the piece all the same.
  @Test
  void unknownNeighboursThatAreAPieceAreThatPiece() {
    var pieces = List.of(new Scored("<unk>", "50"), new Scored("xy", "20"), new Scored("b", "21"));
    try (var oracle = new UnigramOracle(pieces, 0, ByteFallback.NONE)) {
      assertThat(oracle.ids("xyb")).containsExactly(1, 2);
      oracle.compare("xybxyxbyxy");
    }
  }

  @Test
  void halfOfASurrogatePairIsTheReplacementCharacter() {
    var pieces =
        List.of(new Scored("<unk>", "0"), new Scored("\uFFFD", "-1"), new Scored("🚀", "-1"));
    try (var oracle = new UnigramOracle(pieces, 0, ByteFallback.NONE)) {
      assertThat(oracle.ids("\uD83D🚀\uDE80\uDE80\uD83D")).containsExactly(1, 2, 1, 1, 1);
    }
    var bytes = new ArrayList<>(UNKNOWN_ONLY);
    for (int b = 0; b < 256; b++) {
      bytes.add(new Scored("<0x%02X>".formatted(b), "0"));
    }
    try (var oracle = new UnigramOracle(bytes, 0, ByteFallback.BYTES)) {
      assertThat(oracle.ids("\uDE80")).containsExactly(0xEF + 1, 0xBF + 1, 0xBD + 1);
      oracle.compare("é中🚀\uFFFDa");
    }
  }

  @Test
  void longTextsTakeLinearTime() {
    var pieces = new ArrayList<>(UNKNOWN_ONLY);
    for (int n = 1; n <= 64; n *= 2) {
      pieces.add(new Scored("a".repeat(n), Double.toString(-1 - n / 100.0)));
    }
    pieces.add(new Scored("b".repeat(1024), "-1"));
    try (var oracle = new UnigramOracle(pieces, 0, ByteFallback.NONE)) {
      assertThat(oracle.ids("a".repeat(1 << 20))).hasSize(1 << 14);
      assertThat(oracle.ids("b".repeat(1 << 16))).hasSize(1 << 6);
      assertThat(oracle.ids("c".repeat(1 << 20))).containsExactly(0);
      oracle.compare("aaabbbccc".repeat(1_000) + "a".repeat(20_000) + "b".repeat(5_000));
    }
  }

  /// A scratch that two models use in turn, with words that come again.
  @Test
  void wordsOfAnotherModelAreForgotten() {
    var scratch = new UnigramScratch();
    var list = new TokenList();
    var models = List.of(model("<unk>", "a", "b"), model("<unk>", "b", "a"));
    for (int i = 0; i < 100; i++) {
      list.start(10, Side.RIGHT);
      models.get(i / 3 % 2).encode("xabx".toCharArray(), 1, 3, scratch, list);
      assertThat(UnigramOracle.ids(list)).containsExactly(i / 3 % 2 == 0 ? SAME : SWAPPED);
    }
  }

  private static UnigramModel model(String... pieces) {
    var builder = new UnigramModel.Builder("t");
    for (var piece : pieces) {
      builder.add(piece.toCharArray(), piece.length(), -1);
    }
    return builder.build(0, ByteFallback.NONE);
  }

  @Test
  void wordsThatComeAgainGetTheSameIds() {
    var random = new SplittableRandom(12);
    var letters = "abc▁é🚀x".codePoints().toArray();
    var pieces = new ArrayList<>(UNKNOWN_ONLY);
    for (var piece : List.of("a", "b", "c", "ab", "▁a", "▁abc", "bc", "é▁")) {
      pieces.add(new Scored(piece, "-" + piece.length()));
    }
    try (var oracle = new UnigramOracle(pieces, 0, ByteFallback.NONE)) {
      for (int i = 0; i < 20_000; i++) {
        oracle.compare(text(random, letters, 2 + i % 17));
      }
    }
  }

  @Test
  void emptyTextHasNoIds() {
    try (var oracle = new UnigramOracle(UNKNOWN_ONLY, 0, ByteFallback.NONE)) {
      assertThat(oracle.ids("")).isEmpty();
    }
  }

  @Test
  void piecesAreFoundByName() {
    var builder = new UnigramModel.Builder("t");
    for (var piece : List.of("<unk>", "ab", "ab", "abc", "")) {
      builder.add(piece.toCharArray(), piece.length(), 0);
    }
    var model = builder.build(0, ByteFallback.NONE);
    assertThat(model.size()).isEqualTo(5);
    assertThat(model.unknownId()).isZero();
    assertThat(model.find("ab")).isEqualTo(2);
    assertThat(model.find("abc")).isEqualTo(3);
    assertThat(List.of(model.find(""), model.find("a"), model.find("abcd"), model.find("x")))
        .containsOnly(-1);
  }

  @Test
  void brokenVocabulariesAreNamed() {
    var builder = new UnigramModel.Builder("tokenizer.json");
    assertThatThrownBy(() -> builder.build(0, ByteFallback.NONE))
        .hasMessage(
            """
            tokenizer.json has the unk_id 0.
            Its vocabulary has 0 entries; one of them must stand for characters that are no piece.
            Fetch the file again.\
            """);
    builder.add(new char[] {'a'}, 1, 0);
    assertThatThrownBy(() -> builder.build(-1, ByteFallback.NONE))
        .hasMessageStartingWith("tokenizer.json has no unk_id.\nIts vocabulary has 1 entries;");
    assertThatThrownBy(() -> builder.add("b".toCharArray(), 1, Double.NaN))
        .hasMessage("tokenizer.json gives the piece \"b\" no finite score.\nFetch the file again.");
    assertThatThrownBy(() -> builder.add("b".repeat(1025).toCharArray(), 1025, 0))
        .hasMessage(
            """
            tokenizer.json has a piece of 1025 characters; a piece may have at most 1024.
            It begins "%s".\
            """
                .formatted("b".repeat(40)));
  }

  @Test
  void vocabularyWithoutEndIsRefused() {
    var builder = new UnigramModel.Builder("tokenizer.json");
    var random = new SplittableRandom(1);
    var piece = new char[1024];
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 10_000; i++) {
                for (int k = 0; k < piece.length; k++) {
                  piece[k] = (char) random.nextInt(0xD800);
                }
                builder.add(piece, piece.length, 0);
              }
            })
        .hasMessage(
            """
            tokenizer.json has too large a vocabulary.
            Its entries have more than 4194304 different beginnings.\
            """);
  }

  @Test
  void scratchLetsGoOfALongStretch() {
    var builder = new UnigramModel.Builder("t");
    builder.add("<unk>".toCharArray(), 5, 0);
    builder.add("aa".toCharArray(), 2, 0);
    var model = builder.build(0, ByteFallback.NONE);
    var scratch = new UnigramScratch();
    var list = new TokenList();
    list.start(10, Side.RIGHT);
    var text = "a".repeat(200_000).toCharArray();
    model.encode(text, 0, text.length, scratch, list);
    assertThat(list.count()).isEqualTo(100_000);
    assertThat(scratch.ids).hasSize(256);
    assertThat(scratch.text).isEmpty();
  }
}
