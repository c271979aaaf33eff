package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrecompiledMapTest {
  private static final int HAS_VALUE = 1 << 8;
  private static final Path NMT_NFKC =
      Path.of("src", "test", "resources", "tokenize", "unigram", "nmt_nfkc.gz");

  /// SentencePiece's own map `nmt_nfkc`, which XLM-R, T5, ALBERT and DeBERTa have.
  static byte[] nmtNfkc() {
    try (var in = new GZIPInputStream(Files.newInputStream(NMT_NFKC))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static void compare(PrecompiledMap map, NormalizerOracle oracle, String text) {
    var ours = normalize(map, text);
    var expected = oracle.normalize(text);
    if (!ours.equals(expected)) {
      assertThat(ours)
          .as(Arrays.toString(text.codePoints().mapToObj(Integer::toHexString).toArray()))
          .isEqualTo(expected);
    }
  }

  private static String normalize(PrecompiledMap map, String text) {
    var window = new Window();
    map.normalize(text, 0, text.length(), window);
    return window.toString();
  }

  @Test
  void everyCharacterOfTheFirstPlanesBecomesTheSame() {
    var map = PrecompiledMap.read(nmtNfkc(), "nmt_nfkc");
    try (var oracle = NormalizerOracle.precompiled(nmtNfkc())) {
      var text = new StringBuilder();
      for (int codePoint = 0; codePoint < 0x20000; codePoint++) {
        if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
          text.appendCodePoint(codePoint).append("\u0001");
        }
        if (text.length() > 10_000 || codePoint == 0x1FFFF) {
          compare(map, oracle, text.toString());
          text.setLength(0);
        }
      }
    }
  }

  @Test
  void thirtyThousandTextsBecomeTheSame() {
    var map = PrecompiledMap.read(nmtNfkc(), "nmt_nfkc");
    var texts = new Texts(21);
    try (var oracle = NormalizerOracle.precompiled(nmtNfkc())) {
      for (int i = 0; i < 30_000; i++) {
        compare(map, oracle, texts.next());
      }
    }
  }

  /// Keys of random bytes: they end within characters, hold others as their beginnings, and span
  /// clusters.
  @Test
  void randomMapsDoTheSame() {
    var random = new SplittableRandom(6);
    var bytes = "ab\r\n \u00C2\u00A9\u00CC\u0080\u0081\u00E0\u00A4\u0095\u00E3\u0099\u00F0\u009F";
    for (int i = 0; i < 60; i++) {
      var keys = new TreeMap<String, String>();
      for (int k = random.nextInt(1, 30); k > 0; k--) {
        var key = new StringBuilder();
        for (int n = random.nextInt(1, 7); n > 0; n--) {
          key.append(bytes.charAt(random.nextInt(bytes.length())));
        }
        keys.put(key.toString(), "é🚀xyz".substring(random.nextInt(2) * 3, 3 + random.nextInt(3)));
      }
      var map = PrecompiledMap.read(CharsMap.ofBytes(keys), "random");
      var texts = new Texts(i);
      try (var oracle = NormalizerOracle.precompiled(CharsMap.ofBytes(keys))) {
        for (int k = 0; k < 60; k++) {
          compare(map, oracle, dense(random));
          compare(map, oracle, texts.next());
        }
      }
    }
  }

  private static String dense(SplittableRandom random) {
    var letters = "ab\r\n ©\u0300\u0301क\u3099か\u200D🚀".codePoints().toArray();
    var text = new StringBuilder();
    for (int k = random.nextInt(1, 40); k > 0; k--) {
      text.appendCodePoint(letters[random.nextInt(letters.length)]);
    }
    return text.toString();
  }

  @Test
  void shortestBeginningOfAClusterReplacesAllOfIt() {
    var map = PrecompiledMap.read(CharsMap.of(Map.of("a", "1", "b\u0300", "2")), "map");
    assertThat(normalize(map, "a\u0300b\u0300b\u0301a")).isEqualTo("12b\u03011");
    // Six bytes are looked up character by character.
    assertThat(normalize(map, "a\u0300\u0300b\u0300\u0300a\u3099\u3099"))
        .isEqualTo("12" + "1\u3099\u3099");
  }

  @Test
  void partsOfATextAreNormalizedOnTheirOwn() {
    var map = PrecompiledMap.read(CharsMap.of(Map.of("a\u0300", "à", "\u0300", "^")), "map");
    var window = new Window();
    map.normalize("xa\u0300y", 0, 2, window);
    map.normalize("xa\u0300y", 2, 4, window);
    assertThat(window.toString()).isEqualTo("xa^y");
  }

  @Test
  void halfOfASurrogatePairIsTheReplacementCharacter() {
    var map = PrecompiledMap.read(nmtNfkc(), "nmt_nfkc");
    assertThat(normalize(map, "a\uD83Db\uDE80")).isEqualTo(normalize(map, "a\uFFFDb\uFFFD"));
  }

  @Test
  void nulIsKeptWhateverTheMapSays() {
    var map = PrecompiledMap.read(GraphemeSweep.everyByte(), "map");
    assertThat(normalize(map, "\0a")).isEqualTo("\0x");
  }

  @Test
  void aLongClusterTakesLinearTime() {
    var map = PrecompiledMap.read(nmtNfkc(), "nmt_nfkc");
    var text = "a" + "\u0300".repeat(2_000_000);
    assertThat(normalize(map, text)).isEqualTo(text);
    assertThat(normalize(map, "\u200D©".repeat(500_000))).hasSize(1_000_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7})
  void shortMapIsDamaged(int length) {
    assertDamaged(new byte[length], "model.json", "it has " + length + " bytes");
  }

  @Test
  void trieBeyondTheMapIsDamaged() {
    var map = CharsMap.bytes(new int[256], new byte[1]);
    map[1] = 127;
    assertDamaged(map, "t.json", "its trie has 32512 bytes where 1025 are left");
    map[3] = -1;
    assertDamaged(map, "t.json", "its trie has 4278222592 bytes where 1025 are left");
  }

  @Test
  void emptyTrieIsDamaged() {
    assertDamaged(
        CharsMap.bytes(new int[0], new byte[9]), "t.json", "its trie has 0 bytes where 9 are left");
  }

  @Test
  void unitsThatPointBeyondTheTrieAreDamaged() {
    var units = new int[512];
    units[0] = 256 << 10;
    assertThat(normalize(PrecompiledMap.read(CharsMap.bytes(units, new byte[1]), "t"), "a"))
        .isEqualTo("a");
    units[0] = 512 << 10;
    assertDamaged(CharsMap.bytes(units, new byte[1]), "t.json", "unit 0 points to unit 512 of 512");
    units[0] = 256 << 10;
    units[256 ^ 'a'] = 'a' | 1 << 9 | 1 << 20;
    assertDamaged(
        CharsMap.bytes(units, new byte[1]), "t.json", "unit 353 points to unit 262497 of 512");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void valuesBeyondOrWithinReplacementsAreDamaged(int value) {
    var units = new int[1024];
    units[0] = 256 << 10;
    int index = 256 ^ 'a';
    units[index] = 'a' | HAS_VALUE | ((index ^ 512) << 10);
    units[512] = value;
    assertDamaged(
        CharsMap.bytes(units, "é\0".getBytes(StandardCharsets.UTF_8)),
        "t.json",
        "no replacement begins at byte " + value);
    units[512] = 3;
    var map = CharsMap.bytes(units, "é\0".getBytes(StandardCharsets.UTF_8));
    assertThat(normalize(PrecompiledMap.read(map, "t.json"), "bab")).isEqualTo("bb");
  }

  @Test
  void replacementsThatAreNotTextAreDamaged() {
    assertDamaged(
        CharsMap.bytes(new int[256], new byte[] {(byte) 0xFF, 0}),
        "t.json",
        "its replacements are not UTF-8");
  }

  @Test
  void hugeMapIsRefused() {
    assertDamaged(
        new byte[(4 << 20) + 1], "t.json", "it has 4194305 bytes, expected at most 4194304");
  }

  @Test
  void damageAnywhereIsFoundOrHarmless() {
    var random = new SplittableRandom(8);
    var texts = new Texts(9);
    var original = nmtNfkc();
    for (int i = 0; i < 200; i++) {
      var map =
          Arrays.copyOf(
              original, random.nextInt(4) == 0 ? random.nextInt(240_000) : original.length);
      for (int k = random.nextInt(1, 2_000); k > 0 && map.length > 0; k--) {
        map[random.nextInt(map.length)] = (byte) random.nextInt();
      }
      try {
        var read = PrecompiledMap.read(map, "t.json");
        for (int k = 0; k < 20; k++) {
          normalize(read, texts.next());
        }
      } catch (Problem problem) {
        assertThat(problem.category()).isEqualTo(Problem.Category.BAD_INPUT);
      }
    }
  }

  private static void assertDamaged(byte[] map, String source, String how) {
    assertThatThrownBy(() -> PrecompiledMap.read(map, source))
        .hasMessage(
            source + " has a damaged precompiled_charsmap: " + how + ".\nFetch the file again.");
  }
}
