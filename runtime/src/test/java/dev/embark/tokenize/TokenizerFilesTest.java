package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.embark.bundle.Pipeline.Letters;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is read from the files of a tokenizer, and what is refused.
class TokenizerFilesTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "tokenize");
  private static final String LINK = "\nAsk for it with a link to the checkpoint.";
  private static final String SILENT = "\nA field that is left out could change ids in silence.";

  private static final String MARKS = "{}[],:\"\\0-e ";

  @TempDir private Path folder;

  @Test
  void folderWithoutTokenizerIsRefused() {
    assertProblem(
        Category.BAD_INPUT,
        """
        %s has no tokenizer: no tokenizer.json is there, nor an older form of it.
        Older forms: vocab.txt, vocab.json with merges.txt, sentencepiece.bpe.model, spiece.model, \
        spm.model, tokenizer.model.
        Put the tokenizer's files beside config.json, as on the hub.\
        """
            .formatted(folder));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "normalizer":{ | "normalizer":{"type":"Fancy"},"x":{ | normalizer "Fancy" | BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, Replace, Sequence, Strip, StripAccents
          "BertPreTokenizer" | "Fancy" | pre_tokenizer "Fancy" | BertPreTokenizer, ByteLevel, Digits, Metaspace, Punctuation, Sequence, Split, Whitespace, WhitespaceSplit
          "model":{"type":"WordPiece" | "model":{"type":"WordLevel" | model "WordLevel" | WordPiece, BPE, Unigram
          "TemplateProcessing" | "Fancy" | post_processor "Fancy" | TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel, Sequence
          "version":"1.0" | "version":"2.0" | version "2.0" | 1.0
          """)
  void unknownComponentIsNamed(String part, String other, String component, String known)
      throws IOException {
    write(tokenizerJson().replaceFirst(quoted(part), other));
    assertProblem(
        Category.UNSUPPORTED,
        "%s has the %s, which Embark does not know.\nKnown: %s.".formatted(file(), component, known)
            + LINK);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "version" | "chunks":1,"version" | chunks | the file
          "clean_text" | "nfkc":true,"clean_text" | nfkc | normalizer BertNormalizer
          "lstrip" | "fuzzy":true,"lstrip" | fuzzy | added_tokens
          "unk_token" | "dropout":0.1,"unk_token" | dropout | model WordPiece
          "single":[ | "triple":[],"single":[ | triple | post_processor TemplateProcessing
          """)
  void unknownFieldIsNamed(String part, String other, String field, String component)
      throws IOException {
    write(tokenizerJson().replaceFirst(quoted(part), other));
    assertProblem(
        Category.UNSUPPORTED,
        "%s has a field \"%s\" in %s, which Embark does not know."
                .formatted(file(), field, component)
            + SILENT
            + LINK);
  }

  @Test
  void addedTokenWithAnotherIdThanItsEntryIsRefused() throws IOException {
    write(tokenizerJson().replaceFirst("\"id\":6,", "\"id\":66,"));
    assertProblem(
        Category.BAD_INPUT,
        """
        %s gives the added token "[UNK]" the id 66, expected 6.
        The vocabulary has this token with the id 6.
        Take the tokenizer's files from one revision.\
        """
            .formatted(file()));
  }

  @Test
  void unknownTokenWithoutEntryIsRefused() throws IOException {
    write(tokenizerJson().replaceFirst("\"unk_token\":\"\\[UNK]\"", "\"unk_token\":\"<unk>\""));
    assertProblem(
        Category.BAD_INPUT,
        """
        %s names the unknown token "<unk>", which has no entry.
        The vocabulary has 760 entries.
        Fetch the file again.\
        """
            .formatted(file()));
  }

  @Test
  void entryThatOccursTwiceIsRefused() throws IOException {
    write(tokenizerJson().replaceFirst("\"vocab\":\\{", "\"vocab\":{\"[PAD]\":0,"));
    assertThat(problem().getMessage())
        .contains("is damaged at line 1, column")
        .contains("the entry \"[PAD]\" occurs twice");
  }

  @Test
  void gitLfsPointerIsNoJson() throws IOException {
    write("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 466247\n");
    assertProblem(
        Category.BAD_INPUT,
        """
        %s is a Git LFS pointer, not the file itself.
        The repository was cloned without Git LFS.
        Fetch the file again with Git LFS, or give the model's name.\
        """
            .formatted(file()));
  }

  /// Whatever is missing or changed in a file ends in a problem, or in a tokenizer.
  @ParameterizedTest
  @CsvSource({
    "bert-uncased, tokenizer.json",
    "bert-uncased, tokenizer_config.json",
    "bert-vocab-txt, vocab.txt",
    "bert-vocab-txt, tokenizer_config.json"
  })
  void damagedFilesNeverThrowAnythingElse(String name, String file) throws IOException {
    for (var other : List.of("tokenizer.json", "tokenizer_config.json", "vocab.txt")) {
      if (Files.exists(FOLDER.resolve(name).resolve(other))) {
        Files.copy(FOLDER.resolve(name).resolve(other), folder.resolve(other));
      }
    }
    var bytes = Files.readAllBytes(folder.resolve(file));
    var random = new SplittableRandom(9);
    for (int i = 0; i < 500; i++) {
      Files.write(folder.resolve(file), damaged(bytes, random));
      try {
        Tokenizer.open(folder, Letters.AS_WRITTEN).encode("a text", 8, new Tokens());
      } catch (Problem problem) {
        assertThat(problem.category()).isIn(Category.BAD_INPUT, Category.UNSUPPORTED);
      }
    }
  }

  private static byte[] damaged(byte[] bytes, SplittableRandom random) {
    if (random.nextInt(3) == 0) {
      return Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }
    var damaged = bytes.clone();
    // Most of what is read with care stands before the vocabulary.
    int at = random.nextInt(random.nextBoolean() ? Math.min(2_000, bytes.length) : bytes.length);
    damaged[at] =
        (byte)
            (random.nextBoolean()
                ? random.nextInt(256)
                : MARKS.charAt(random.nextInt(MARKS.length())));
    return damaged;
  }

  @Test
  void configurationOverridesTheNormalizer() throws IOException {
    write(tokenizerJson());
    config("{\"tokenizer_class\":\"BertTokenizer\",\"do_lower_case\":false}");
    assertSameAs("bert-uncased with lowercase false", "\"lowercase\":true", "\"lowercase\":false");
    config("{\"do_lower_case\":true,\"strip_accents\":false}");
    assertSameAs("accents kept", "\"strip_accents\":null", "\"strip_accents\":false");
    config("{\"tokenizer_class\":\"PreTrainedTokenizerFast\",\"do_lower_case\":false}");
    assertSameAs("a class that leaves tokenizer.json alone", "", "");
  }

  private void assertSameAs(String what, String part, String other) throws IOException {
    var expected = folder.resolve("expected");
    Files.createDirectories(expected);
    Files.writeString(expected.resolve("tokenizer.json"), tokenizerJson().replace(part, other));
    var text = "The Committee reviewed Crème BRÛLÉE é";
    var tokens = new Tokens();
    Tokenizer.open(expected, Letters.AS_WRITTEN).encode(text, 64, tokens);
    var ids = tokens.toIds();
    Tokenizer.open(folder, Letters.AS_WRITTEN).encode(text, 64, tokens);
    assertThat(tokens.toIds()).as(what).containsExactly(ids);
  }

  @Test
  void classWhoseDefaultsDisagreeIsRefused() throws IOException {
    write(tokenizerJson().replace("\"lowercase\":true", "\"lowercase\":false"));
    config("{\"tokenizer_class\":\"BertTokenizerFast\"}");
    assertProblem(
        Category.BAD_INPUT,
        """
        %s and tokenizer_config.json disagree: [CLEAN_TEXT, HANDLE_CHINESE_CHARS] or \
        [CLEAN_TEXT, HANDLE_CHINESE_CHARS, STRIP_ACCENTS, LOWERCASE]?
        The class BertTokenizer takes its own defaults for what tokenizer_config.json leaves out.
        Write do_lower_case, strip_accents and tokenize_chinese_chars into tokenizer_config.json.\
        """
            .formatted(file()));
  }

  @Test
  void vocabularyOfAnotherClassIsRefused() throws IOException {
    Files.copy(FOLDER.resolve("bert-vocab-txt/vocab.txt"), folder.resolve("vocab.txt"));
    config("{\"tokenizer_class\":\"BertJapaneseTokenizer\"}");
    assertProblem(
        Category.UNSUPPORTED,
        """
        %s has the tokenizer_class "BertJapaneseTokenizer", which Embark does not know.
        Known: BertTokenizer, DistilBertTokenizer, ElectraTokenizer.\
        """
                .formatted(folder.resolve("vocab.txt"))
            + LINK);
  }

  @Test
  void vocabularyWithoutSpecialTokenIsRefused() throws IOException {
    Files.writeString(folder.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\na\n");
    assertProblem(
        Category.BAD_INPUT,
        """
        %s has no entry "[SEP]".
        The tokenizer puts it around or in place of texts.
        Take vocab.txt and tokenizer_config.json from one revision.\
        """
            .formatted(folder.resolve("vocab.txt")));
  }

  @Test
  void bertProcessingIsATemplate() throws IOException {
    write(
        tokenizerJson()
            .replaceFirst(
                "\"post_processor\":.*?,\"decoder\"",
                "\"post_processor\":{\"type\":\"BertProcessing\",\"sep\":[\"[SEP]\",8],\"cls\":[\"[CLS]\",7]},\"decoder\""));
    var tokens = new Tokens();
    Tokenizer.open(folder, Letters.AS_WRITTEN).encodePair("a", "b", 8, tokens);
    var ids = tokens.toIds();
    assertThat(tokens.toTypeIds()).containsExactly(0, 0, 0, 1, 1);
    Tokenizer.open(FOLDER.resolve("bert-uncased"), Letters.AS_WRITTEN)
        .encodePair("a", "b", 8, tokens);
    assertThat(ids).containsExactly(tokens.toIds());
  }

  private void assertProblem(Category category, String message) {
    var problem = problem();
    assertThat(problem.getMessage()).isEqualTo(message);
    assertThat(problem.category()).isEqualTo(category);
  }

  private Problem problem() {
    return catchThrowableOfType(Problem.class, () -> Tokenizer.open(folder, Letters.AS_WRITTEN));
  }

  private void write(String json) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), json);
  }

  private void config(String json) throws IOException {
    Files.writeString(folder.resolve("tokenizer_config.json"), json);
  }

  private Path file() {
    return folder.resolve("tokenizer.json");
  }

  private static String tokenizerJson() throws IOException {
    return Files.readString(FOLDER.resolve("bert-uncased").resolve("tokenizer.json"));
  }

  private static String quoted(String part) {
    return Pattern.quote(part);
  }
}
