package dev.embark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.bundle.Pooling;
import dev.embark.bundle.Reading;
import dev.embark.bundle.Step;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class SentenceTransformersTest {
  private static final String SETTINGS = "config_sentence_transformers.json";

  @TempDir Path temporary;

  private AlteredCheckpoint altered(String fixture) {
    return AlteredCheckpoint.of(fixture, temporary);
  }

  private AlteredCheckpoint altered(String fixture, String file, Consumer<ObjectNode> change) {
    return altered(fixture).changing(file, change);
  }

  @Test
  void newSpellingIsUnderstood() {
    assertThat(altered("bert-mean").describe().pipeline())
        .isEqualTo(
            new Pipeline(
                Reading.of(64, Pipeline.Letters.AS_WRITTEN),
                Map.of("query", "query: ", "document", "passage: "),
                "",
                List.of(
                    new Output.Embedding(
                        List.of(
                            new Step.Pool(List.of(Pooling.MEAN), Step.PromptTokens.COUNTED),
                            new Step.Normalize()),
                        "cosine",
                        32)),
                List.of()));
  }

  @Test
  void oldSpellingGivesTheSamePipelineAsTheNew(@TempDir Path other) {
    assertThat(altered("bert-mean-oldstyle").describe().pipeline())
        .isEqualTo(AlteredCheckpoint.of("bert-mean", other).describe().pipeline());
  }

  @Test
  void promptTokensAreLeftOutWhereThePoolingSaysSo() {
    assertThat(
            altered("bert-weightedmean-noprompt")
                .describe()
                .pipeline()
                .embedding()
                .orElseThrow()
                .steps())
        .startsWith(new Step.Pool(List.of(Pooling.WEIGHTED_MEAN), Step.PromptTokens.LEFT_OUT));
  }

  @Test
  void lettersAreLowercasedWhereTheTransformerSaysSo() {
    var pipeline =
        altered(
                "bert-mean-oldstyle",
                "sentence_bert_config.json",
                json -> json.put("do_lower_case", true))
            .describe()
            .pipeline();
    assertThat(pipeline.reading().letters()).isEqualTo(Pipeline.Letters.LOWERCASED);
  }

  @Test
  void defaultPromptAndSimilarityAreRead() {
    var pipeline =
        altered(
                "bert-mean",
                SETTINGS,
                json -> json.put("default_prompt_name", "query").put("similarity_fn_name", "dot"))
            .describe()
            .pipeline();
    assertThat(pipeline.defaultPrompt()).isEqualTo("query");
    assertThat(pipeline.embedding().orElseThrow().similarity()).isEqualTo("dot");
  }

  @Test
  void similarityThatIsNullIsCosine() {
    var pipeline =
        altered("bert-mean", SETTINGS, json -> json.putNull("similarity_fn_name"))
            .describe()
            .pipeline();
    assertThat(pipeline.embedding().orElseThrow().similarity()).isEqualTo("cosine");
  }

  @Test
  void folderWithoutModulesFollowsTheRuleAndSaysSo() {
    var pipeline = altered("bert-plain").describe().pipeline();
    assertThat(pipeline.embedding().orElseThrow().steps())
        .containsExactly(new Step.Pool(List.of(Pooling.MEAN), Step.PromptTokens.COUNTED));
    assertThat(pipeline.notes())
        .containsExactly(
            "No modules.json: pooling is \"mean\" without normalisation, as sentence-transformers"
                + " does with such a folder.");
  }

  @Test
  void causalModelWithoutModulesIsPooledAtItsLastToken() {
    var altered =
        altered(
            "bert-plain",
            "config.json",
            json -> json.putArray("architectures").add("Qwen3ForCausalLM"));
    assertThat(altered.describe().pipeline().embedding().orElseThrow().steps())
        .containsExactly(new Step.Pool(List.of(Pooling.LAST_TOKEN), Step.PromptTokens.COUNTED));
    altered.changing("config.json", json -> json.put("is_causal", false));
    assertThat(altered.describe().pipeline().embedding().orElseThrow().steps())
        .containsExactly(new Step.Pool(List.of(Pooling.MEAN), Step.PromptTokens.COUNTED));
  }

  @Test
  void defaultPromptMustExist() {
    assertThat(
            altered("bert-mean", SETTINGS, json -> json.put("default_prompt_name", "search"))
                .refusal())
        .isEqualTo(
            """
            BAD_INPUT: config_sentence_transformers.json: default_prompt_name "search" is not among \
            the prompts [document, query].
            Add the prompt or remove the name.\
            """);
  }

  @Test
  void promptMustBeAText() {
    assertThat(
            altered("bert-mean", SETTINGS, json -> json.putObject("prompts").put("query", 1))
                .refusal())
        .isEqualTo(
            """
            BAD_INPUT: config_sentence_transformers.json: prompts.query = 1, expected a text.
            Take the file from the model's repository.\
            """);
  }

  @Test
  void vectorsAreCutWhereTheSettingsSaySo() {
    var output =
        altered("bert-mean", SETTINGS, json -> json.put("truncate_dim", 16))
            .describe()
            .pipeline()
            .embedding()
            .orElseThrow();
    assertThat(output.dimension()).isEqualTo(16);
    assertThat(output.steps()).endsWith(new Step.Normalize(), new Step.Truncate(16));
    assertThat(output.isNormalized()).isFalse();
  }

  @Test
  void settingsThatContradictTheModulesAreRefused() {
    assertThat(
            altered("bert-mean", SETTINGS, json -> json.put("model_type", "SparseEncoder"))
                .refusal())
        .isEqualTo(
            """
            UNSUPPORTED: config_sentence_transformers.json: model_type "SparseEncoder" contradicts \
            the other files, which make a SentenceTransformer.
            One of them would be read wrongly.
            Take all files from the same revision of the model.\
            """);
  }

  @Test
  void chatTemplateBecomesABodyAndASuffix() {
    var score = altered("reranker-qwen3-logitscore").describe().pipeline().score().orElseThrow();
    assertThat(score.activation()).isEqualTo(Output.ScoreActivation.SIGMOID);
    assertThat(score.head()).isEqualTo(new Output.ScoreHead.Preference(291, 277));
    assertThat(score.pairing())
        .isInstanceOfSatisfying(
            Output.Pairing.Prompted.class,
            prompted -> {
              assertThat(prompted.body())
                  .startsWith("<|im_start|>system\nJudge whether")
                  .endsWith("<Instruct>: {instruction}\n<Query>: {query}\n<Document>: {document}");
              assertThat(prompted.suffix()).startsWith("<|im_end|>").endsWith("</think>\n\n");
              assertThat(prompted.instruction()).startsWith("Given a web search query");
            });
  }
}
