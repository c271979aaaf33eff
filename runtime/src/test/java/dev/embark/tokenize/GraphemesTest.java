package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GraphemesTest {
  private static final Path TABLE =
      Path.of("src", "main", "resources", "dev", "embark", "tokenize", "graphemes.txt");

  private static final int STRIDE = 61;
  private static final int CLASSES = 15;

  /// Asks for the ends of every class, what lies beside them, and every 61st other code point. Run
  /// with `-Dgraphemes=check` to ask for every code point, with `-Dgraphemes=update` to write the
  /// table anew.
  @Test
  void tableIsWhatTheReferenceLibraryDoes() throws IOException {
    switch (System.getProperty("graphemes", "")) {
      case "update" -> Files.writeString(TABLE, GraphemeSweep.derive());
      case "check" -> assertThat(Files.readString(TABLE)).isEqualTo(GraphemeSweep.derive());
      default -> checkClasses(ends());
    }
  }

  private static BitSet ends() {
    var ends = new BitSet();
    for (int codePoint = 0x7F; codePoint < Character.MAX_CODE_POINT; codePoint++) {
      boolean isEnd = Graphemes.properties(codePoint) != Graphemes.properties(codePoint + 1);
      if (isEnd && !isSyllable(codePoint)) {
        ends.set(codePoint, codePoint + 2);
      } else if (codePoint % STRIDE == 0) {
        ends.set(codePoint);
      }
    }
    return ends;
  }

  private static boolean isSyllable(int codePoint) {
    return codePoint >= 0xAC00 && codePoint < 0xD7A3;
  }

  private static void checkClasses(BitSet asked) {
    GraphemeSweep.classes(asked::get)
        .forEach((name, derived) -> {
          var listed = new BitSet();
          asked.stream().filter(codePoint -> is(name, codePoint)).forEach(listed::set);
          assertThat(listed).as(name).isEqualTo(derived);
        });
  }

  private static boolean is(String name, int codePoint) {
    int properties = Graphemes.properties(codePoint);
    int itsClass = properties & CLASSES;
    return switch (name) {
      case "control" -> itsClass == Graphemes.CONTROL;
      case "extend" -> itsClass == Graphemes.EXTEND;
      case "joiner" -> itsClass == Graphemes.JOINER;
      case "spacing" -> itsClass == Graphemes.SPACING_MARK;
      case "prepend" -> itsClass == Graphemes.PREPEND;
      case "leading" -> itsClass == Graphemes.LEADING;
      case "vowel" -> itsClass == Graphemes.VOWEL;
      case "trailing" -> itsClass == Graphemes.TRAILING;
      case "consonant" -> itsClass == Graphemes.CONSONANT;
      case "pictograph" -> itsClass == Graphemes.PICTOGRAPH;
      case "conjunct-extend" -> (properties & Graphemes.CONJUNCT_EXTEND) != 0;
      case "conjunct-linker" -> (properties & Graphemes.CONJUNCT_LINKER) != 0;
      default -> throw new IllegalStateException(name);
    };
  }

  /// Sequences of the characters that rules speak about, seen through the map that shows clusters.
  @Test
  void sequencesFallIntoTheSameClusters() {
    var map = PrecompiledMap.read(GraphemeSweep.everyByte(), "map");
    var parts =
        List.of(
            "a",
            "\r",
            " ",
            "\n",
            "©",
            "®",
            "™",
            "⌚",
            "🚀",
            "🏿",
            "\u200D",
            "\u0300",
            "\u0301",
            "\uFE0F",
            "\u200B",
            "\u00AD",
            "\u0600",
            "\u070F",
            "\u0D4E",
            "é",
            "\u0915",
            "\u0937",
            "\u0D15",
            "\u094D",
            "\u09CD",
            "\u0D4D",
            "\u093C",
            "\u0903",
            "\u1100",
            "\uA960",
            "\u1161",
            "\uD7B0",
            "\u11A8",
            "\uD7CB",
            "\uAC00",
            "\uAC01",
            "\uD83C\uDDEF",
            "\uD83C\uDDF5",
            "\u0E33",
            "\u3099",
            "か",
            "中");
    var random = new SplittableRandom(4);
    try (var oracle = NormalizerOracle.precompiled(GraphemeSweep.everyByte())) {
      for (int i = 0; i < 40_000; i++) {
        var text = new StringBuilder();
        for (int k = random.nextInt(1, 9); k > 0; k--) {
          text.append(parts.get(random.nextInt(parts.size())));
        }
        PrecompiledMapTest.compare(map, oracle, text.toString());
      }
    }
  }

  @Test
  void halfOfASurrogatePairIsACluster() {
    assertThat(Graphemes.end("\uD83D\u0300a", 0, 3)).isEqualTo(2);
    assertThat(Graphemes.end("a\uDE80", 0, 2)).isEqualTo(1);
    assertThat(Graphemes.end("🚀", 0, 1)).isEqualTo(1);
  }

  @Test
  void lineEndIsOneClusterAndFlagsComeInPairs() {
    assertThat(Graphemes.end("\r\n\n", 0, 3)).isEqualTo(2);
    assertThat(Graphemes.end("\r\n\n", 0, 1)).isEqualTo(1);
    assertThat(Graphemes.end("🇯🇵🇩🇪", 0, 8)).isEqualTo(4);
    assertThat(Graphemes.end("🇯🇵🇩🇪", 4, 8)).isEqualTo(8);
  }
}
