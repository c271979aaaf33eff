package dev.embark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.bundle.Pooling;
import dev.embark.bundle.Step;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class ModulesTest {
  private static final String POOLING = "1_Pooling/config.json";
  private static final String DENSE = "2_Dense/config.json";

  @TempDir Path temporary;

  private AlteredCheckpoint altered(String fixture) {
    return AlteredCheckpoint.of(fixture, temporary);
  }

  private AlteredCheckpoint altered(String fixture, String file, Consumer<ObjectNode> change) {
    return altered(fixture).changing(file, change);
  }

  @Test
  void denseIsAStepAndSetsTheDimension() {
    var pipeline = altered("bert-cls-dense").describe().pipeline();
    assertThat(pipeline.embedding().orElseThrow().steps())
        .containsExactly(
            new Step.Pool(List.of(Pooling.CLS), Step.PromptTokens.COUNTED),
            new Step.Dense("2_Dense", 48, 24, Step.BiasUse.BIAS, "Tanh"),
            new Step.Normalize());
    assertThat(pipeline.embedding().orElseThrow().dimension()).isEqualTo(24);
  }

  @Test
  void denseWithoutActivationIsTanh() {
    var pipeline =
        altered("bert-cls-dense", DENSE, json -> json.remove("activation_function"))
            .describe()
            .pipeline();
    assertThat(pipeline.embedding().orElseThrow().steps())
        .contains(new Step.Dense("2_Dense", 48, 24, Step.BiasUse.BIAS, "Tanh"));
  }

  @Test
  void severalModesAreConcatenatedInTheOrderOfTheList() {
    var pipeline = altered("bert-cased-meanmax").describe().pipeline();
    assertThat(pipeline.embedding().orElseThrow().steps().getFirst())
        .isEqualTo(new Step.Pool(List.of(Pooling.MEAN, Pooling.MAX), Step.PromptTokens.COUNTED));
    assertThat(pipeline.embedding().orElseThrow().dimension()).isEqualTo(64);
  }

  @Test
  void severalFlagsAreConcatenatedInTheOrderOfSentenceTransformers() {
    var pipeline =
        altered(
                "bert-mean-oldstyle",
                POOLING,
                json -> {
                  json.put("pooling_mode_lasttoken", true);
                  json.put("pooling_mode_max_tokens", true);
                  json.put("pooling_mode_cls_token", true);
                })
            .describe()
            .pipeline();
    assertThat(pipeline.embedding().orElseThrow().steps().getFirst())
        .isEqualTo(
            new Step.Pool(
                List.of(Pooling.CLS, Pooling.MAX, Pooling.MEAN, Pooling.LAST_TOKEN),
                Step.PromptTokens.COUNTED));
  }

  @ParameterizedTest
  @EnumSource
  void eachModeHasAnOldAndANewSpelling(Pooling mode, @TempDir Path other) {
    var expected = new Step.Pool(List.of(mode), Step.PromptTokens.COUNTED);
    var spelledNew = altered("bert-mean", POOLING, json -> json.put("pooling_mode", mode.key()));
    var spelledOld =
        AlteredCheckpoint.of("bert-mean-oldstyle", other)
            .changing(
                POOLING,
                json -> json.put("pooling_mode_mean_tokens", false).put(mode.legacyKey(), true));
    assertThat(spelledNew.describe().pipeline().embedding().orElseThrow().steps())
        .startsWith(expected);
    assertThat(spelledOld.describe().pipeline().embedding().orElseThrow().steps())
        .startsWith(expected);
  }

  @Test
  void noFlagAtAllIsAMeanAsInSentenceTransformers() {
    var pipeline =
        altered("bert-mean-oldstyle", POOLING, json -> json.put("pooling_mode_mean_tokens", false))
            .describe()
            .pipeline();
    assertThat(pipeline.embedding().orElseThrow().steps())
        .startsWith(new Step.Pool(List.of(Pooling.MEAN), Step.PromptTokens.COUNTED));
  }

  @Test
  void unknownModuleIsNamed() {
    var altered =
        altered("bert-mean")
            .with(
                "modules.json",
                """
                [{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
                 {"idx": 1, "path": "1_CNN", "type": "sentence_transformers.models.CNN"}]
                """);
    assertThat(altered.refusal())
        .isEqualTo(
            """
            UNSUPPORTED: modules.json: module "sentence_transformers.models.CNN" is not supported.
            Embark knows Transformer, Pooling, Dense, LayerNorm, Normalize, SpladePooling, \
            MultiVectorMask, LogitScore and StaticEmbedding.
            Convert a model that is made of these.\
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "[Transformer]",
        "[Pooling, Transformer]",
        "[Transformer, Normalize, Pooling]",
        "[Transformer, Pooling, Pooling]",
        "[Transformer, Pooling, Transformer]"
      })
  void otherOrdersOfModulesAreRefused(String types) {
    var list =
        types
            .replace("Transformer", "{`type`: `Transformer`, `path`: ``}")
            .replace("Pooling", "{`type`: `x.Pooling`, `path`: `1_Pooling`}")
            .replace("Normalize", "{`type`: `Normalize`, `path`: `2_Normalize`}")
            .replace('`', '"');
    assertThat(altered("bert-mean").with("modules.json", list).refusal())
        .isEqualTo(
            """
            UNSUPPORTED: modules.json: the order of modules %s is not supported.
            A model starts with one Transformer and one Pooling; Dense, LayerNorm and Normalize may \
            follow.
            Convert a model that is packaged so.\
            """
                .formatted(types));
  }

  @Test
  void transformerInAFolderOfItsOwnIsRefused() {
    assertThat(
            altered("bert-mean")
                .with("modules.json", "[{\"type\": \"Transformer\", \"path\": \"0_Transformer\"}]")
                .refusal())
        .isEqualTo(
            """
            UNSUPPORTED: modules.json: the Transformer lies in the folder "0_Transformer", not at \
            the top.
            Embark looks for config.json and the weights beside modules.json.
            Save the model again with a current sentence-transformers.\
            """);
  }

  @Test
  void moduleListMustBeAList() {
    assertThat(altered("bert-mean").with("modules.json", "{}").refusal())
        .isEqualTo(
            """
            BAD_INPUT: modules.json holds a JSON OBJECT, expected a list of modules.
            Take the file from the model's repository.\
            """);
  }

  @Test
  void moduleWithoutTypeIsRefused() {
    assertThat(altered("bert-mean").with("modules.json", "[{\"path\": \"\"}]").refusal())
        .isEqualTo(
            """
            BAD_INPUT: modules.json: field type of module {"path":""} is not a text.
            Take the file from the model's repository.\
            """);
  }

  @Test
  void modulePathOutOfTheFolderIsRefused() {
    var list =
        """
        [{"type": "Transformer", "path": ""}, {"type": "Pooling", "path": "../1_Pooling"}]
        """;
    assertThat(altered("bert-mean").with("modules.json", list).refusal())
        .isEqualTo(
            """
            BAD_INPUT: "../1_Pooling/config.json" is not the name of a file inside MODEL.
            Names with "..", absolute paths and backslashes would lead out of the model.
            Take the model from a source you trust.\
            """);
  }

  @Test
  void poolingWithoutConfigurationIsNotGuessed() {
    assertThat(altered("bert-mean").without(POOLING).refusal())
        .isEqualTo(
            """
            BAD_INPUT: The model in MODEL has no file 1_Pooling/config.json.
            Check that the folder is complete, or fetch the model again.\
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"\"median\" | median", "[\"mean\", \"median\"] | median", "[] | []"})
  void unknownPoolingModeIsNamed(String value, String mode) {
    assertThat(
            altered("bert-mean", POOLING, json -> json.set("pooling_mode", Texts.json(value)))
                .refusal())
        .isEqualTo(
            """
            UNSUPPORTED: 1_Pooling/config.json: pooling mode "%s" is not supported.
            Known are cls, max, mean, mean_sqrt_len_tokens, weightedmean, lasttoken.
            Convert a model with one of these.\
            """
                .formatted(mode));
  }

  @Test
  void unknownPoolingFlagIsNamed() {
    assertThat(
            altered(
                    "bert-mean-oldstyle",
                    POOLING,
                    json -> json.put("pooling_mode_median_tokens", true))
                .refusal())
        .isEqualTo(
            """
            UNSUPPORTED: 1_Pooling/config.json: pooling mode "median_tokens" is not supported.
            Known are cls, max, mean, mean_sqrt_len_tokens, weightedmean, lasttoken.
            Convert a model with one of these.\
            """);
  }

  @Test
  void poolingModeOfAWrongKindIsRefused() {
    assertThat(altered("bert-mean", POOLING, json -> json.put("pooling_mode", 3)).refusal())
        .isEqualTo(
            """
            BAD_INPUT: 1_Pooling/config.json: pooling_mode = 3, expected a text.
            Take the file from the model's repository.\
            """);
  }

  @Test
  void poolingOfAnotherWidthIsRefused() {
    assertThat(
            altered(
                    "bert-mean-oldstyle",
                    POOLING,
                    json -> json.put("word_embedding_dimension", 384))
                .refusal())
        .isEqualTo(
            """
            BAD_INPUT: 1_Pooling/config.json: word_embedding_dimension = 384, expected 32.
            config.json says hidden_size = 32.
            Take both files from the same revision of the model.\
            """);
  }

  @Test
  void normalizeOnTokenVectorsIsRefused() {
    assertThat(
            altered("bert-mean")
                .with("2_Normalize/config.json", "{\"module_input_name\": \"token_embeddings\"}")
                .refusal())
        .isEqualTo(
            """
            UNSUPPORTED: 2_Normalize/config.json: module_input_name = "token_embeddings" is not \
            supported.
            The module would work on something else than the pooled vector.
            Convert a model without it.\
            """);
  }

  @Test
  void denseWithResidualIsRefused() {
    assertThat(altered("bert-cls-dense", DENSE, json -> json.put("use_residual", true)).refusal())
        .isEqualTo(
            """
            UNSUPPORTED: 2_Dense/config.json: use_residual = true is not supported.
            The module would add its own input to its result.
            Convert a model without it.\
            """);
  }

  @Test
  void denseOnAnotherOutputIsRefused() {
    assertThat(
            altered(
                    "bert-cls-dense",
                    DENSE,
                    json -> json.put("module_output_name", "token_embeddings"))
                .refusal())
        .startsWith(
            "UNSUPPORTED: 2_Dense/config.json: module_output_name = \"token_embeddings\" is not"
                + " supported.");
  }

  @Test
  void denseThatDoesNotFitItsInputIsRefused() {
    assertThat(altered("bert-cls-dense", DENSE, json -> json.put("in_features", 64)).refusal())
        .isEqualTo(
            """
            BAD_INPUT: 2_Dense/config.json: in_features = 64, but the vector before it has 48 \
            values.
            Take the module's files from the same revision as config.json.\
            """);
  }

  @Test
  void denseWithoutFeaturesIsRefused() {
    assertThat(altered("bert-cls-dense", DENSE, json -> json.remove("out_features")).refusal())
        .isEqualTo(
            """
            BAD_INPUT: 2_Dense/config.json: field out_features is missing.
            The model cannot be built without it.
            Take the file from the model's repository.\
            """);
  }

  @Test
  void denseWithAnUnknownActivationIsRefused() {
    assertThat(
            altered(
                    "bert-cls-dense",
                    DENSE,
                    json -> json.put("activation_function", "torch.nn.modules.activation.Mish"))
                .refusal())
        .startsWith("UNSUPPORTED: 2_Dense/config.json: activation \"mish\" is not supported.");
  }

  @Test
  void denseThatHasNoBiasButABiasTensorIsRefused() {
    assertThat(altered("bert-cls-dense", DENSE, json -> json.put("bias", false)).refusal())
        .contains("1 not used by this architecture:\n    2_Dense/linear.bias");
  }
}
