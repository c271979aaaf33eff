package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.bundle.Pipeline.Letters;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How a tokenizer behaves towards its callers.
class TokenizerTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "tokenize");
  private static final int CLS = 7;
  private static final int SEP = 8;

  private final Tokenizer tokenizer =
      Tokenizer.open(FOLDER.resolve("bert-uncased"), Letters.AS_WRITTEN);
  private final Tokens tokens = new Tokens();

  @Test
  void emptyTextHasItsSpecialTokens() {
    tokenizer.encode("", 8, tokens);
    assertThat(tokens.toIds()).containsExactly(CLS, SEP);
    assertThat(tokens.toTypeIds()).containsExactly(0, 0);
  }

  @Test
  void limitCountsSpecialTokensAndTheFullLengthIsKnown() {
    tokenizer.encode("a b c d e", 5, tokens);
    assertThat(tokens.length()).isEqualTo(5);
    assertThat(tokens.untruncatedLength()).isEqualTo(7);
    assertThat(tokens.id(0)).isEqualTo(CLS);
    assertThat(tokens.id(4)).isEqualTo(SEP);
    tokenizer.encode("a b c d e", 2, tokens);
    assertThat(tokens.toIds()).containsExactly(CLS, SEP);
  }

  @Test
  void emptySecondTextIsStillAPair() {
    tokenizer.encodePair("a", "", 8, tokens);
    assertThat(tokens.toIds()).startsWith(CLS).endsWith(SEP, SEP);
    assertThat(tokens.toTypeIds()).containsExactly(0, 0, 0, 1);
    assertThat(tokens.untruncatedLength()).isEqualTo(4);
  }

  @Test
  void limitBelowTheSpecialTokensIsRefused() {
    assertThatThrownBy(() -> tokenizer.encode("a", 1, tokens))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.WRONG_USAGE))
        .hasMessage(
            """
            A limit of 1 tokens is below the 2 special tokens.
            This tokenizer puts 2 special tokens around every text.
            Give a limit of at least 3.\
            """);
  }

  @Test
  void indexBeyondTheLengthIsRefused() {
    tokenizer.encode("a", 8, tokens);
    assertThatThrownBy(() -> tokens.id(3)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void highestIdAndPadIdAreKnown() {
    assertThat(tokenizer.maxId()).isEqualTo(759);
    assertThat(tokenizer.padId()).isZero();
    var mpnet = Tokenizer.open(FOLDER.resolve("mpnet"), Letters.AS_WRITTEN);
    assertThat(mpnet.maxId()).isEqualTo(759);
    assertThat(mpnet.padId()).isEqualTo(1);
  }

  @Test
  void idsHaveNamesAndNamesHaveIds() {
    assertThat(tokenizer.idOf("[CLS]")).isEqualTo(CLS);
    assertThat(tokenizer.tokenOf(SEP)).isEqualTo("[SEP]");
    int the = tokenizer.idOf("the");
    assertThat(the).isPositive();
    assertThat(tokenizer.tokenOf(the)).isEqualTo("the");
    assertThat(tokenizer.idOf("no such entry")).isEqualTo(-1);
    assertThat(tokenizer.tokenOf(760)).isEmpty();
    assertThat(tokenizer.tokenOf(-1)).isEmpty();
    assertThat(tokenizer.unknownId()).isEqualTo(tokenizer.idOf("[UNK]"));
    assertThat(tokenizer.isSpecial(CLS)).isTrue();
    assertThat(tokenizer.isSpecial(the)).isFalse();
    assertThat(tokenizer.maxModelId()).isEqualTo(759);
    assertThat(tokenizer.specials()).isEqualTo(2);
  }

  @Test
  void bareTextHasNoSpecialTokens() {
    tokenizer.encode("a b c", 8, tokens);
    var framed = tokens.toIds();
    tokenizer.encodeBare("a b c", 8, tokens);
    assertThat(tokens.toIds()).containsExactly(Arrays.copyOfRange(framed, 1, framed.length - 1));
    tokenizer.encodeBare("a b c", 2, tokens);
    assertThat(tokens.toIds()).containsExactly(framed[1], framed[2]);
    assertThat(tokens.untruncatedLength()).isEqualTo(3);
    tokenizer.encodeBare("a b c", 0, tokens);
    assertThat(tokens.length()).isZero();
  }

  @Test
  void copyCutsOnTheOtherSide() {
    assertThat(tokenizer.side()).isEqualTo(Side.RIGHT);
    var left = tokenizer.truncating(Side.LEFT);
    assertThat(left.side()).isEqualTo(Side.LEFT);
    left.encode("a b c", 3, tokens);
    var cut = tokens.toIds();
    tokenizer.encode("c", 3, tokens);
    assertThat(cut).containsExactly(tokens.toIds());
  }

  @Test
  void loneSurrogateIsTheReplacementCharacter() {
    tokenizer.encode("a\uD83D b\uDE00c", 16, tokens);
    var alone = tokens.toIds();
    tokenizer.encode("a\uFFFD b\uFFFDc", 16, tokens);
    assertThat(alone).containsExactly(tokens.toIds());
    tokenizer.encode("a bc", 16, tokens);
    assertThat(alone).containsExactly(tokens.toIds());
  }

  @Test
  void textIsCutFromTheSideThatTheConfigurationNames(@TempDir Path folder) throws IOException {
    copy("bert-uncased", folder, "tokenizer.json");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"truncation_side\": \"left\"}");
    var left = Tokenizer.open(folder, Letters.AS_WRITTEN);
    var text = "a b c d e f g h ".repeat(1000) + "x y z";
    left.encode(text, 5, tokens);
    var cut = tokens.toIds();
    left.encode("x y z", 5, tokens);
    assertThat(cut).containsExactly(tokens.toIds());
  }

  @Test
  void truncationAndPaddingOfTheFileAreNotFollowed(@TempDir Path folder) throws IOException {
    var file = Files.readString(FOLDER.resolve("bert-uncased").resolve("tokenizer.json"));
    Files.writeString(
        folder.resolve("tokenizer.json"),
        file.replace(
            "\"truncation\":null,\"padding\":null",
            """
            "truncation":{"direction":"Right","max_length":4,"strategy":"LongestFirst","stride":0},
            "padding":{"strategy":{"Fixed":128},"direction":"Right","pad_to_multiple_of":null,
             "pad_id":5,"pad_type_id":0,"pad_token":"[PAD]"}\
            """));
    var baked = Tokenizer.open(folder, Letters.AS_WRITTEN);
    baked.encode("a b c d e", 100, tokens);
    assertThat(tokens.length()).isEqualTo(7);
    assertThat(baked.padId()).isEqualTo(5);
  }

  @Test
  void encodingAllocatesNothing() {
    var texts = new ArrayList<String>();
    var generator = new Texts(1);
    for (int i = 0; i < 200; i++) {
      texts.add(generator.next());
    }
    texts.add("The orchestra tuned their instruments before the concert began. ".repeat(50));
    var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    encodeAll(texts);
    encodeAll(texts);
    long calibration = bean.getCurrentThreadAllocatedBytes();
    calibration = bean.getCurrentThreadAllocatedBytes() - calibration;
    long before = bean.getCurrentThreadAllocatedBytes();
    encodeAll(texts);
    long allocated = bean.getCurrentThreadAllocatedBytes() - before - calibration;
    // Less than a byte a text: what is left belongs to the measurement.
    assertThat(allocated).isLessThan(texts.size());
  }

  private void encodeAll(List<String> texts) {
    for (int i = 0; i < texts.size(); i++) {
      tokenizer.encode(texts.get(i), 64, tokens);
      tokenizer.encodePair(texts.get(i), texts.get(0), 64, tokens);
    }
  }

  @Test
  void threadsShareATokenizer() throws Exception {
    var texts = new ArrayList<String>();
    var generator = new Texts(2);
    for (int i = 0; i < 2_000; i++) {
      texts.add(generator.next());
    }
    var expected = encodeEach(texts);
    try (var threads = Executors.newFixedThreadPool(4)) {
      var answers = new ArrayList<Future<List<List<Integer>>>>();
      for (int i = 0; i < 4; i++) {
        answers.add(threads.submit(() -> encodeEach(texts)));
      }
      for (var answer : answers) {
        assertThat(answer.get()).isEqualTo(expected);
      }
    }
  }

  private List<List<Integer>> encodeEach(List<String> texts) {
    var own = new Tokens();
    var ids = new ArrayList<List<Integer>>();
    for (var text : texts) {
      tokenizer.encode(text, 64, own);
      ids.add(Arrays.stream(own.toIds()).boxed().toList());
    }
    return ids;
  }

  /// Texts that a quadratic step anywhere would take hours for.
  @Test
  void longTextsTakeTimeInProportion() {
    int length = 2_000_000;
    for (var part :
        List.of("a", "\u0301", "\u302E\u302F\uD834\uDD65", "[", "[MASK]", "東", "\uD83D")) {
      tokenizer.encode(part.repeat(length / part.length()), 64, tokens);
      assertThat(tokens.length()).isLessThanOrEqualTo(64);
    }
    tokenizer.encode(("q".repeat(99) + " ").repeat(length / 100), 64, tokens);
    assertThat(tokens.length()).isEqualTo(64);
  }

  private static void copy(String name, Path folder, String file) throws IOException {
    Files.copy(FOLDER.resolve(name).resolve(file), folder.resolve(file));
  }
}
