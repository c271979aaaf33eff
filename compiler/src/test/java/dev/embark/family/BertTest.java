package dev.embark.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.checkpoint.AlteredCheckpoint;
import dev.embark.checkpoint.Checkpoint;
import dev.embark.checkpoint.Description;
import dev.embark.checkpoint.Instructions;
import dev.embark.format.json.Json;
import dev.embark.graph.Grid;
import dev.embark.graph.Interpreter;
import dev.embark.progress.Progress;
import dev.embark.source.ModelReference;
import dev.embark.source.SourceSettings;
import dev.embark.source.Sources;
import dev.embark.source.Wanted;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.testing.Fixture;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class BertTest {
  /// Largest difference to the original, relative to the largest value where that is above 1.
  private static final float TOLERANCE = 2e-5f;

  private static final long TOKEN = 1;
  private static final long PROMPT = 2;

  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-mean",
        "bert-mean-oldstyle",
        "bert-mean-oldstyle-bin",
        "bert-mean-legacykeys",
        "bert-plain",
        "bert-cls-dense",
        "bert-max-nonorm",
        "bert-cased-meanmax",
        "bert-weightedmean-noprompt"
      })
  void answersAsTheOriginal(String name) {
    var fixture = Fixture.of(name);
    try (var checkpoint = open(fixture)) {
      var interpreter = new Interpreter(Families.build(checkpoint).graph());
      var answers = fixture.answers();
      for (int i = 0; i < answers.texts().size(); i++) {
        var embedding = interpreter.run(feeds(answers.ids()[i]), "sentence_embedding").row(0);
        assertThat(difference(embedding, answers.embeddings()[i]))
            .as("text %d", i)
            .isLessThan(TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bert-mean, 0", "bert-mean, 4",
    "bert-mean-oldstyle, 0", "bert-mean-oldstyle, 4",
    "bert-mean-oldstyle-bin, 0", "bert-mean-oldstyle-bin, 4",
    "bert-mean-legacykeys, 0", "bert-mean-legacykeys, 4",
    "bert-plain, 0", "bert-plain, 4",
    "bert-cls-dense, 0", "bert-cls-dense, 4",
    "bert-max-nonorm, 0", "bert-max-nonorm, 4",
    "bert-cased-meanmax, 0", "bert-cased-meanmax, 4",
    "bert-weightedmean-noprompt, 0", "bert-weightedmean-noprompt, 4"
  })
  void hasTheHiddenStateOfTheOriginalForEveryToken(String name, int text) {
    var fixture = Fixture.of(name);
    try (var checkpoint = open(fixture)) {
      var interpreter = new Interpreter(Families.build(checkpoint).graph());
      var ids = fixture.answers().ids()[text];
      var hidden = interpreter.run(feeds(ids), "last_hidden_state");
      var expected = fixture.hiddenFirst4(text);
      assertThat(expected).hasNumberOfRows(ids.length);
      for (int token = 0; token < ids.length; token++) {
        assertThat(difference(Arrays.copyOf(hidden.row(token), 4), expected[token]))
            .as("token %d", token)
            .isLessThan(TOLERANCE);
      }
    }
  }

  @Test
  void promptTokensAreAttendedAndNotPooledWhereTheCheckpointLeavesThemOut() {
    var fixture = Fixture.of("bert-weightedmean-noprompt");
    // [CLS] and the words of "represent the question for retrieval: ", without [SEP].
    int length = promptLength(fixture);
    assertThat(length).isGreaterThan(5);
    try (var checkpoint = open(fixture)) {
      var interpreter = new Interpreter(Families.build(checkpoint).graph());
      var answers = fixture.prompted().getFirst();
      assertThat(answers.prompt()).isEqualTo("query");
      for (int i = 0; i < answers.texts().size(); i++) {
        var mask = ones(answers.ids()[i].length);
        Arrays.fill(mask, 0, length, PROMPT);
        var embedding = interpreter.run(feeds(answers.ids()[i], mask), "sentence_embedding").row(0);
        assertThat(difference(embedding, answers.embeddings()[i]))
            .as("text %d", i)
            .isLessThan(TOLERANCE);
      }
    }
  }

  /// Returns the number of tokens that all prompted texts of the fixture start with.
  private static int promptLength(Fixture fixture) {
    var ids = fixture.prompted().getFirst().ids();
    int length = 0;
    while (sameAt(length, ids)) {
      length++;
    }
    return length;
  }

  private static boolean sameAt(int position, long[][] rows) {
    return Arrays.stream(rows)
        .allMatch(row -> position < row.length && row[position] == rows[0][position]);
  }

  @Test
  void promptTokensArePooledWhereTheCheckpointCountsThem() {
    var fixture = Fixture.of("bert-mean");
    try (var checkpoint = open(fixture)) {
      var interpreter = new Interpreter(Families.build(checkpoint).graph());
      for (var answers : fixture.prompted()) {
        for (int i = 0; i < answers.texts().size(); i++) {
          var embedding = interpreter.run(feeds(answers.ids()[i]), "sentence_embedding").row(0);
          assertThat(difference(embedding, answers.embeddings()[i])).isLessThan(TOLERANCE);
        }
      }
    }
  }

  @Test
  void paddingOnTheRightChangesNothing() {
    var fixture = Fixture.of("bert-mean");
    try (var checkpoint = open(fixture)) {
      var interpreter = new Interpreter(Families.build(checkpoint).graph());
      var ids = fixture.answers().ids()[0];
      var padded = Arrays.copyOf(ids, ids.length + 5);
      var mask = Arrays.copyOf(ones(ids.length), padded.length);
      var alone = interpreter.run(feeds(ids), "sentence_embedding").row(0);
      var withPadding = interpreter.run(feeds(padded, mask), "sentence_embedding").row(0);
      assertThat(difference(withPadding, alone)).isLessThan(1e-7f);
    }
  }

  @Test
  void tokenTypesChangeTheAnswer() {
    var fixture = Fixture.of("bert-mean");
    try (var checkpoint = open(fixture)) {
      var interpreter = new Interpreter(Families.build(checkpoint).graph());
      var ids = fixture.answers().ids()[0];
      var secondSegment = new HashMap<>(feeds(ids));
      secondSegment.put("token_type_ids", Grid.ofIntegers(new long[][] {ones(ids.length)}));
      var first = interpreter.run(feeds(ids), "sentence_embedding").row(0);
      var second = interpreter.run(secondSegment, "sentence_embedding").row(0);
      assertThat(difference(second, first)).isGreaterThan(1e-3f);
    }
  }

  @Test
  void modelSaysItsSizes() {
    var model = AlteredCheckpoint.of("bert-cls-dense", temporary).build();
    assertThat(model.family()).isEqualTo("Bert");
    assertThat(model.architecture()).isEqualTo("BertModel");
    assertThat(model.layers()).isEqualTo(2);
    assertThat(model.hiddenSize()).isEqualTo(48);
    assertThat(model.vocabSize()).isEqualTo(764);
    assertThat(model.pipeline().embedding().orElseThrow().dimension()).isEqualTo(24);
  }

  @Test
  void parametersAreThoseTheAnswerNeedsSoThePoolerDoesNotCount() {
    int hidden = 32;
    int inner = 56;
    int embeddings = (764 + 96 + 2) * hidden + 2 * hidden;
    int layer =
        4 * (hidden * hidden + hidden)
            + 2 * hidden
            + (hidden * inner + inner)
            + (inner * hidden + hidden)
            + 2 * hidden;
    var model = AlteredCheckpoint.of("bert-mean", temporary).build();
    assertThat(model.graph().parameterCount()).isEqualTo(embeddings + 2 * layer);
  }

  @Test
  void limitAboveThePositionsIsLoweredAndTold() {
    var model =
        AlteredCheckpoint.of("bert-mean-oldstyle", temporary)
            .changing("sentence_bert_config.json", json -> json.put("max_seq_length", 512))
            .build();
    assertThat(model.pipeline().maxTokens()).isEqualTo(96);
    assertThat(model.pipeline().notes())
        .containsExactly(
            "The limit of 512 tokens is lowered to 96: the model has no more positions.");
  }

  @Test
  void missingSurplusAndMisshapenTensorsAreListedTogether() {
    var altered =
        AlteredCheckpoint.of("bert-mean", temporary)
            .changingTensors(tensors -> {
              tensors.remove("encoder.layer.1.output.dense.weight");
              tensors.remove("embeddings.LayerNorm.bias");
              tensors.put("encoder.layer.0.intermediate.dense.bias", zeros(57));
              tensors.put("encoder.layer.2.attention.self.query.bias", zeros(32));
              tensors.put("classifier.weight", zeros(2, 32));
            });
    assertThat(altered.refusal())
        .isEqualTo(
            """
            BAD_INPUT: model.safetensors does not fit its architecture:
              2 missing:
                "embeddings.LayerNorm.bias" [32]
                "encoder.layer.1.output.dense.weight" [32, 56]
              1 misshapen:
                "encoder.layer.0.intermediate.dense.bias" has shape [57], expected [56]
              2 not used by this architecture:
                classifier.weight
                encoder.layer.2.attention.self.query.bias
            The shapes follow from config.json.
            Take config.json and the weights from the same revision of the same model.\
            """);
  }

  @Test
  void weightsOfIntegersAreRefused() {
    var altered =
        AlteredCheckpoint.of("bert-mean", temporary)
            .changingTensors(tensors ->
                tensors.replace(
                    "encoder.layer.0.attention.output.dense.weight",
                    new Tensor(
                        ElementType.I8,
                        Shape.of(32, 32),
                        MemorySegment.ofArray(new byte[32 * 32]))));
    assertThat(altered.refusal())
        .isEqualTo(
            """
            BAD_INPUT: model.safetensors does not fit its architecture:
              1 of integers, which only a quantised model has:
                "encoder.layer.0.attention.output.dense.weight" I8
            The shapes follow from config.json.
            Take config.json and the weights from the same revision of the same model.\
            """);
  }

  @Test
  void tensorsUnderBothNamesAreRefused() {
    var altered =
        AlteredCheckpoint.of("bert-mean", temporary)
            .changingTensors(tensors -> tensors.put("bert.embeddings.LayerNorm.gamma", zeros(32)));
    assertThat(altered.refusal())
        .isEqualTo(
            """
            BAD_INPUT: model.safetensors: two tensors mean "embeddings.LayerNorm.weight".
            One of them is "embeddings.LayerNorm.weight"; the checkpoint mixes two naming schemes.
            Keep one of the two in the checkpoint.\
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          position_embedding_type | "relative_key" | absolute
          is_decoder              | true           | false
          add_cross_attention     | true           | false
          pruned_heads            | {"0":[1]}      | {}
          """)
  void fieldsThatChangeTheComputationAreRefused(String key, String value, String supported) {
    var altered =
        AlteredCheckpoint.of("bert-mean", temporary)
            .changing("config.json", json -> json.set(key, json(value)));
    assertThat(altered.refusal())
        .isEqualTo(
            """
            UNSUPPORTED: config.json: %s = %s is not supported, only %s.
            The field changes what the model computes.
            Convert a model without it, or ask for the feature.\
            """
                .formatted(key, value, supported));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          hidden_size             | "32"  | a positive whole number
          hidden_size             | -32   | a positive whole number
          hidden_size             | 32.5  | a positive whole number
          hidden_size             | 1e99  | a positive whole number
          vocab_size              | [764] | a positive whole number
          num_hidden_layers       | 0     | a positive whole number
          num_hidden_layers       | 2000000000 | at most 1000
          num_attention_heads     | 5     | a divisor of hidden_size = 32
          layer_norm_eps          | "tiny" | a positive number
          layer_norm_eps          | 0     | a positive number
          hidden_act              | 7     | a text
          architectures           | "BertModel" | a list of texts
          architectures           | [{}]  | a list of texts
          """)
  void fieldsOfAWrongKindAreRefused(String key, String value, String expected) {
    var altered =
        AlteredCheckpoint.of("bert-plain", temporary)
            .changing("config.json", json -> json.set(key, json(value)));
    assertThat(altered.refusal())
        .isEqualTo(
            """
            BAD_INPUT: config.json: %s = %s, expected %s.
            Take the file from the model's repository.\
            """
                .formatted(key, json(value), expected));
  }

  @Test
  void missingFieldIsNamed() {
    var altered =
        AlteredCheckpoint.of("bert-plain", temporary)
            .changing("config.json", json -> json.remove("intermediate_size"));
    assertThat(altered.refusal())
        .isEqualTo(
            """
            BAD_INPUT: config.json: field intermediate_size is missing.
            The model cannot be built without it.
            Take the file from the model's repository.\
            """);
  }

  @Test
  void unknownFieldsAreNamed() {
    var altered =
        AlteredCheckpoint.of("bert-plain", temporary)
            .changing(
                "config.json", json -> json.put("window", 64).put("alibi_starting_size", 512));
    assertThat(altered.refusal())
        .isEqualTo(
            """
            UNSUPPORTED: config.json: unknown fields alibi_starting_size, window.
            Bert does not know what they change, and a guess could give wrong vectors.
            If you are sure that they change nothing, remove them from a copy of config.json.\
            """);
  }

  @Test
  void unknownActivationIsNamed() {
    var altered =
        AlteredCheckpoint.of("bert-plain", temporary)
            .changing("config.json", json -> json.put("hidden_act", "mish"));
    assertThat(altered.refusal())
        .isEqualTo(
            """
            UNSUPPORTED: config.json: activation "mish" is not supported.
            Known are gelu, gelu_fast, gelu_new, gelu_pytorch_tanh, quick_gelu, relu, sigmoid, silu, swish, tanh.
            Convert a model with one of them, or ask for the feature.\
            """);
  }

  @Test
  void unknownArchitectureGetsTheNearestNames() {
    var altered =
        AlteredCheckpoint.of("bert-plain", temporary)
            .changing("config.json", json -> json.putArray("architectures").add("BartModel"));
    var refusal = altered.refusal().replaceAll("BertModel, .*", "BertModel, ….");
    assertThat(refusal)
        .isEqualTo(
            """
            UNSUPPORTED: config.json: architecture "BartModel" is not supported.
            Nearest names: BertModel, ….
            Convert a model of a supported architecture; `embark models` lists all %d.\
            """
                .formatted(
                    Families.entries().stream().mapToInt(e -> e.architectures().size()).sum()));
  }

  @Test
  void architectureMustBeSaid() {
    var altered =
        AlteredCheckpoint.of("bert-plain", temporary)
            .changing("config.json", json -> json.remove("architectures"));
    assertThat(altered.refusal())
        .isEqualTo(
            """
            BAD_INPUT: config.json: field architectures is missing.
            Without it the weights cannot be read.
            Take config.json from the model's repository.\
            """);
  }

  private static JsonNode json(String text) {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8), "test");
  }

  private static Tensor zeros(int... sizes) {
    int count = Arrays.stream(sizes).reduce(1, Math::multiplyExact);
    return Tensor.of(Shape.of(Arrays.stream(sizes).asLongStream().toArray()), new float[count]);
  }

  private static Checkpoint open(Fixture fixture) {
    var fetched =
        new Sources(new SourceSettings(Map.of(), fixture.folder()), Progress.SILENT)
            .fetch(new ModelReference.Folder(fixture.folder()), Wanted.EVERYTHING);
    return Checkpoint.open(Description.read(fetched, Instructions.NONE));
  }

  private static Map<String, Grid> feeds(long[] ids) {
    return feeds(ids, ones(ids.length));
  }

  private static Map<String, Grid> feeds(long[] ids, long[] mask) {
    return Map.of(
        "input_ids", Grid.ofIntegers(new long[][] {ids}),
        "attention_mask", Grid.ofIntegers(new long[][] {mask}),
        "token_type_ids", Grid.ofIntegers(new long[][] {new long[ids.length]}));
  }

  private static long[] ones(int count) {
    var ones = new long[count];
    Arrays.fill(ones, TOKEN);
    return ones;
  }

  private static float difference(float[] actual, float[] expected) {
    float max = 0;
    float scale = 1;
    for (int i = 0; i < expected.length; i++) {
      max = Math.max(max, Math.abs(actual[i] - expected[i]));
      scale = Math.max(scale, Math.abs(expected[i]));
    }
    return max / scale;
  }
}
