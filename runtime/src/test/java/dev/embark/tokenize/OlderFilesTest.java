package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.bundle.Pipeline.Letters;
import dev.embark.format.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// What checkpoints had before `tokenizer.json`, read as transformers converts it.
class OlderFilesTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "tokenize");
  private static final Path MODELS = FOLDER.resolve("sentencepiece");
  private static final JsonNode GOLDEN = Json.read(MODELS.resolve("families.json"));
  private static final int TEXTS = 300;

  private static final Map<String, String> FILES =
      Map.of(
          "XLMRobertaTokenizer", "sentencepiece.bpe.model",
          "CamembertTokenizer", "sentencepiece.bpe.model",
          "T5Tokenizer", "spiece.model",
          "AlbertTokenizer", "spiece.model",
          "DebertaV2Tokenizer", "spm.model",
          "LlamaTokenizer", "tokenizer.model",
          "GemmaTokenizer", "tokenizer.model");

  @TempDir private Path folder;
  private final Tokens tokens = new Tokens();

  @Test
  void sentencePieceModelsGiveTheIdsOfTransformers() throws IOException {
    int number = 0;
    for (var golden : GOLDEN.get("cases")) {
      var name = golden.get("class").stringValue() + " " + golden.get("options");
      var tokenizer = open(golden, Files.createDirectory(folder.resolve("case" + number++)));
      for (int i = 0; i < GOLDEN.get("texts").size(); i++) {
        var text = GOLDEN.get("texts").get(i).stringValue();
        tokenizer.encode(text, Integer.MAX_VALUE, tokens);
        assertThat(tokens.toIds()).as("%s: %s", name, text).containsExactly(ids(golden, i));
      }
      try (var oracle = Oracle.of(converted(golden))) {
        new Comparison().texts(tokenizer, oracle, new Texts(number), TEXTS);
      }
    }
  }

  private static Tokenizer open(JsonNode golden, Path folder) throws IOException {
    var name = golden.get("class").stringValue();
    var options = golden.get("options").toString();
    Files.write(
        folder.resolve(FILES.getOrDefault(name, "")), model(golden.get("model").stringValue()));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\":\"%s\"%s".formatted(name, options.length() > 2 ? "," : "")
            + options.substring(1));
    return Tokenizer.open(folder, Letters.AS_WRITTEN);
  }

  /// The Unigram models get their character map back, as one more `normalizer_spec`.
  private static byte[] model(String name) throws IOException {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(Files.readAllBytes(MODELS.resolve(name + ".model")));
    if (!name.equals("llama") && !name.equals("gemma")) {
      var map = new ByteArrayOutputStream();
      SentencePieceTest.delimited(map, 2, PrecompiledMapTest.nmtNfkc());
      SentencePieceTest.delimited(bytes, 3, map.toByteArray());
    }
    return bytes.toByteArray();
  }

  private static String converted(JsonNode golden) throws IOException {
    var map = Base64.getEncoder().encodeToString(PrecompiledMapTest.nmtNfkc());
    return golden.get("tokenizer").toString().replace("nmt_nfkc", map);
  }

  private static int[] ids(JsonNode golden, int text) {
    var ids = new int[golden.get("ids").get(text).size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = golden.get("ids").get(text).get(i).intValue();
    }
    return ids;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      textBlock =
          """
          roberta ; "tokenizer_class":"RobertaTokenizer"
          qwen3 ; "tokenizer_class":"Qwen2Tokenizer","eos_token":"<|endoftext|>","add_eos_token":true
          """)
  void vocabularyAndMergesAreByteLevel(String name, String config) throws IOException {
    var file = FOLDER.resolve(name).resolve("tokenizer.json");
    var json = Json.read(file);
    var merges = new StringBuilder("#version: 0.2\n");
    for (var merge : json.get("model").get("merges")) {
      merges
          .append(merge.get(0).stringValue())
          .append(' ')
          .append(merge.get(1).stringValue())
          .append('\n');
    }
    Files.writeString(folder.resolve("merges.txt"), merges);
    Files.writeString(folder.resolve("vocab.json"), json.get("model").get("vocab").toString());
    var added = new StringBuilder();
    for (var token : json.get("added_tokens")) {
      added.append(added.isEmpty() ? "" : ",").append("\"").append(token.get("id")).append("\":");
      added.append(token.toString().replaceFirst("\"id\":\\d+,", ""));
    }
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{%s,\"added_tokens_decoder\":{%s}}".formatted(config, added));
    var tokenizer = Tokenizer.open(folder, Letters.AS_WRITTEN);
    try (var oracle = Oracle.open(file)) {
      new Comparison().texts(tokenizer, oracle, new Texts(7), 2_000);
    }
  }

  @Test
  void robertaKnowsItsSpecialTokensWithoutAConfiguration() throws IOException {
    var json = Json.read(FOLDER.resolve("roberta").resolve("tokenizer.json"));
    Files.writeString(folder.resolve("vocab.json"), json.get("model").get("vocab").toString());
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n");
    Files.writeString(
        folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\":\"RobertaTokenizer\"}");
    var tokenizer = Tokenizer.open(folder, Letters.AS_WRITTEN);
    assertThat(tokenizer.tokenOf(tokenizer.maxId())).isEqualTo("<mask>");
    assertThat(tokenizer.maxId()).isEqualTo(tokenizer.maxModelId() + 1);
    assertThat(tokenizer.padId()).isEqualTo(1);
    assertThat(tokenizer.specials()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "mistral, LlamaTokenizer true false, <s>, ''",
    "mistral, LlamaTokenizer false true, '', </s>",
    "mistral, PreTrainedTokenizerFast false false, <s>, </s>",
    "qwen3-reranker, Qwen2Tokenizer false true, '', <|im_end|>",
    "llama3, PreTrainedTokenizerFast true true, <|begin_of_text|>, <|end_of_text|>"
  })
  void beginningAndEndAreAsTheConfigurationSays(
      String name, String config, String begin, String end) throws IOException {
    var file = FOLDER.resolve(name).resolve("tokenizer.json");
    Files.copy(file, folder.resolve("tokenizer.json"));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        config.replaceFirst(
            "(\\S+) (\\S+) (\\S+)",
            """
            {"tokenizer_class":"$1","add_bos_token":$2,"add_eos_token":$3,
             "bos_token":"%s","eos_token":"%s"}
            """
                .formatted(begin.isEmpty() ? "<s>" : begin, end.isEmpty() ? "</s>" : end)));
    var tokenizer = Tokenizer.open(folder, Letters.AS_WRITTEN);
    var expected = new ArrayList<Integer>();
    if (!begin.isEmpty()) {
      expected.add(tokenizer.idOf(begin));
    }
    tokenizer.encodeBare("x", 64, tokens);
    Arrays.stream(tokens.toIds()).forEach(expected::add);
    if (!end.isEmpty()) {
      expected.add(tokenizer.idOf(end));
    }
    tokenizer.encode("x", 64, tokens);
    assertThat(tokens.toIds()).containsExactly(expected.toArray(Integer[]::new));
    tokenizer.encodePair("x", "x", 64, tokens);
    assertThat(tokens.length()).isEqualTo(2 * expected.size());
  }
}
