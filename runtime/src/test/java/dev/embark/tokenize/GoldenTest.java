package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.bundle.Pipeline.Letters;
import dev.embark.format.json.Json;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The ids of the developer fixtures, which sentence-transformers gave.
class GoldenTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "tokenize");
  private static final JsonNode GOLDEN = Json.read(FOLDER.resolve("golden.json"));

  private final Tokens tokens = new Tokens();

  @Test
  void textsGetTheIdsOfSentenceTransformers() {
    for (var golden : GOLDEN.get("cases")) {
      var folder = golden.get("tokenizer").stringValue();
      try (var tokenizers = tokenizers(folder)) {
        tokenizers.forEach(tokenizer -> checkTexts(tokenizer, golden));
      }
    }
  }

  /// A checkpoint with `tokenizer.json`, and where there is one, its form before that.
  private static Stream<Tokenizer> tokenizers(String folder) {
    return folder.equals("bert-uncased")
        ? Stream.of(open(folder), open("bert-vocab-txt"))
        : Stream.of(open(folder));
  }

  private void checkTexts(Tokenizer tokenizer, JsonNode golden) {
    int max = golden.get("max_tokens").intValue();
    for (int i = 0; i < golden.get("texts").size(); i++) {
      var text = GOLDEN.get("texts").get(golden.get("texts").get(i).intValue()).stringValue();
      tokenizer.encode(text, max, tokens);
      assertThat(tokens.toIds())
          .as("%s: %s", golden.get("checkpoint"), text)
          .containsExactly(ints(golden.get("input_ids").get(i)));
    }
  }

  /// Static embeddings have no special tokens; model2vec also drops what is unknown.
  @Test
  void bareTextsGetTheIdsOfStaticEmbeddings() {
    for (var golden : GOLDEN.get("bare")) {
      var tokenizer = open(golden.get("tokenizer").stringValue());
      int dropped =
          golden.get("drops_unknown").booleanValue() ? tokenizer.unknownId() : Integer.MAX_VALUE;
      for (int i = 0; i < golden.get("texts").size(); i++) {
        var text = GOLDEN.get("texts").get(golden.get("texts").get(i).intValue()).stringValue();
        tokenizer.encodeBare(text, Integer.MAX_VALUE, tokens);
        assertThat(Arrays.stream(tokens.toIds()).filter(id -> id != dropped).toArray())
            .as("%s: %s", golden.get("checkpoint"), text)
            .containsExactly(ints(golden.get("input_ids").get(i)));
      }
    }
  }

  @Test
  void pairsGetTheIdsAndSegmentsOfSentenceTransformers() {
    for (var golden : GOLDEN.get("pairs")) {
      var tokenizer = open(golden.get("tokenizer").stringValue());
      for (int i = 0; i < golden.get("pairs").size(); i++) {
        var pair = golden.get("pairs").get(i);
        tokenizer.encodePair(
            pair.get(0).stringValue(),
            pair.get(1).stringValue(),
            golden.get("max_tokens").intValue(),
            tokens);
        assertThat(tokens.toIds())
            .as("pair %d", i)
            .containsExactly(ints(golden.get("input_ids").get(i)));
        // Tokenizers of models without segments give none.
        var typeIds = ints(golden.get("token_type_ids").get(i));
        assertThat(typeIds.length == 0 ? typeIds : tokens.toTypeIds())
            .as("pair %d", i)
            .containsExactly(typeIds);
      }
    }
  }

  private static Tokenizer open(String folder) {
    return Tokenizer.open(FOLDER.resolve(folder), Letters.AS_WRITTEN);
  }

  private static int[] ints(JsonNode array) {
    var ints = new int[array.size()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = array.get(i).intValue();
    }
    return ints;
  }
}
