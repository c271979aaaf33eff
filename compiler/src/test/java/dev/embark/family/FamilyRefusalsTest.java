package dev.embark.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.checkpoint.AlteredCheckpoint;
import dev.embark.format.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Fields of `config.json` that change what the original computes and that a family does not know:
/// each is refused by name.
class FamilyRefusalsTest {
  @TempDir Path temporary;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          modernbert-cls                | rope_scaling                 | {"factor":2} | null
          gemma3-bidir-mean-dense2-bf16 | attn_logit_softcapping       | 50.0         | null
          gemma3-bidir-mean-dense2-bf16 | rope_scaling                 | {"factor":8} | null
          nomicbert-mean                | head_dim                     | 16           | 8
          nomicbert-hublayout           | prenorm                      | true         | false
          nomicbert-hublayout           | parallel_block               | true         | false
          nomicbert-hublayout           | causal                       | true         | false
          nomicbert-hublayout           | use_rms_norm                 | true         | false
          nomicbert-hublayout           | rotary_emb_fraction          | 0.5          | 1.0
          nomicbert-hublayout           | rotary_emb_interleaved       | true         | false
          nomicbert-hublayout           | rotary_emb_scale_base        | 512          | null
          nomicbert-hublayout           | moe_normalize_expert_weights | true         | false
          nomicbert-hublayout           | expert_choice_router         | true         | false
          nomicbert-hublayout           | num_shared_experts           | 1            | 0
          nomicbert-hublayout           | ffn_div                      | 2            | 1
          nomicbert-hublayout           | num_hidden_layers            | 3            | 2
          gte-cls-fp16                  | logn_attention_scale         | true         | false
          gte-cls-fp16                  | logn_attention_clip1         | true         | false
          gte-cls-fp16                  | layer_norm_type              | "rms_norm"   | layer_norm
          gte-cls-fp16                  | position_embedding_type      | "absolute"   | rope
          gte-cls-fp16                  | pack_qkv                     | false        | true
          t5-encoder-mean-dense         | is_decoder                   | true         | false
          distilbert-mean               | add_cross_attention          | true         | false
          distilbert-mean               | pruned_heads                 | {"0":[1]}    | {}
          deberta-v2-mean               | conv_kernel_size             | 3            | 0
          deberta-v2-mean               | embedding_size               | 16           | 32
          deberta-v2-mean               | attention_head_size          | 16           | 8
          """)
  void fieldsThatChangeTheComputationAreRefused(
      String fixture, String key, String value, String supported) {
    assertThat(altered(fixture, key, value).refusal())
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
      textBlock =
          """
          modernbert-cls                | sliding_window   | ModernBert
          gemma3-bidir-mean-dense2-bf16 | is_causal        | Gemma3
          nomicbert-mean                | num_experts      | NomicBert
          nomicbert-hublayout           | moe_layers       | NomicBert
          gte-cls-fp16                  | alibi            | GteNew
          t5-encoder-mean-dense         | num_sparse_steps | T5Encoder
          deberta-v2-mean               | z_steps          | DebertaV2
          """)
  void fieldsThatNobodyKnowsAreRefused(String fixture, String key, String family) {
    assertThat(altered(fixture, key, "2").refusal())
        .isEqualTo(
            """
            UNSUPPORTED: config.json: unknown fields %s.
            %s does not know what they change, and a guess could give wrong vectors.
            If you are sure that they change nothing, remove them from a copy of config.json.\
            """
                .formatted(key, family));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          modernbert-cls                | hidden_activation
          gemma3-bidir-mean-dense2-bf16 | hidden_activation
          nomicbert-mean                | hidden_act
          gte-cls-fp16                  | hidden_act
          t5-encoder-mean-dense         | feed_forward_proj
          deberta-v2-mean               | hidden_act
          """)
  void unknownActivationsAreRefused(String fixture, String key) {
    assertThat(altered(fixture, key, "\"mish\"").refusal())
        .startsWith("UNSUPPORTED: config.json: activation \"mish\" is not supported.\nKnown are ");
  }

  @Test
  void qwen2OfOtherCodeMustSayWhatATokenSees() {
    var map =
        """
        {"AutoModel": "modeling_qwen.Qwen2Model"}\
        """;
    assertThat(altered("qwen2-lasttoken-bf16", "auto_map", map).refusal())
        .startsWith("UNSUPPORTED: config.json: auto_map is there and is_causal is not.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          distilbert-mean | tie_weights_            | true
          distilbert-mean | pruned_heads            | {}
          gte-cls-fp16    | is_decoder              | false
          gte-cls-fp16    | matryoshka_dimensions   | [256]
          llama3-mean-bf16 | pretraining_tp         | 1.0
          """)
  void fieldsThatChangeNothingAreNot(String fixture, String key, String value) {
    assertThat(altered(fixture, key, value).build().graph().nodes()).isNotEmpty();
  }

  @Test
  void activationThatTheReferenceReadsAsAnotherIsRefused() {
    assertThat(altered("nomicbert-hublayout", "activation_function", "\"relu\"").refusal())
        .isEqualTo(
            """
            UNSUPPORTED: config.json: activation_function "relu" is not supported.
            Known are gelu and swiglu.
            Convert a model with one of them, or ask for the feature.\
            """);
  }

  @ParameterizedTest
  @CsvSource({"nomicbert-mean", "gte-cls-fp16"})
  void unknownRotaryTypeIsRefused(String fixture) {
    var rope =
        """
        {"rope_type": "longrope", "rope_theta": 1000.0}
        """;
    assertThat(altered(fixture, "rope_parameters", rope).refusal())
        .startsWith(
            "UNSUPPORTED: config.json rope_parameters: rope_type \"longrope\" is not supported.\n");
  }

  @ParameterizedTest
  @CsvSource({"modernbert-cls", "gemma3-bidir-mean-dense2-bf16"})
  void unknownRotaryTypeOfALayerIsRefused(String fixture) {
    var rope =
        """
        {"full_attention": {"rope_type": "longrope", "rope_theta": 1000.0},
         "sliding_attention": {"rope_type": "default", "rope_theta": 1000.0}}
        """;
    assertThat(altered(fixture, "rope_parameters", rope).refusal())
        .startsWith(
            "UNSUPPORTED: config.json rope_parameters full_attention: rope_type \"longrope\" is not"
                + " supported.\n");
  }

  @Test
  void unknownTypeOfLayerIsRefused() {
    var types =
        """
        ["full_attention", "chunked_attention", "full_attention", "full_attention"]
        """;
    assertThat(altered("modernbert-cls", "layer_types", types).refusal())
        .isEqualTo(
            """
            UNSUPPORTED: config.json: layer_types has "chunked_attention", which is not supported.
            Known are full_attention and sliding_attention.
            Convert a model with these, or ask for the feature.\
            """);
  }

  @Test
  void typesOfOtherThanAllLayersAreRefused() {
    assertThat(altered("modernbert-cls", "layer_types", "[\"full_attention\"]").refusal())
        .isEqualTo(
            """
            BAD_INPUT: config.json: layer_types names 1 layers.
            num_hidden_layers = 4.
            Take the file from the model's repository.\
            """);
  }

  @Test
  void debertaWithoutRelativePositionsIsRefused() {
    assertThat(altered("deberta-v2-mean", "relative_attention", "false").refusal())
        .isEqualTo(
            """
            UNSUPPORTED: config.json: relative_attention is not true.
            Without relative positions the architecture is another one.
            Convert a model that has them, or ask for the feature.\
            """);
  }

  @Test
  void codeThatIsNotTheFamilysOwnIsRefused() {
    var map =
        """
        {"AutoModel": "someone/else--modeling.NomicVisionModel"}
        """;
    assertThat(altered("nomicbert-hublayout", "auto_map", map).refusal())
        .startsWith(
            "UNSUPPORTED: config.json: auto_map names the class \"NomicVisionModel\", which Embark"
                + " does not know.\n");
  }

  private AlteredCheckpoint altered(String fixture, String key, String value) {
    return AlteredCheckpoint.of(fixture, temporary)
        .changing("config.json", json -> json.set(key, json(value)));
  }

  private static JsonNode json(String text) {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8), "test");
  }
}
