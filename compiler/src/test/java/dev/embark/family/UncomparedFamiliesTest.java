package dev.embark.family;

import static dev.embark.family.PlainModel.columns;
import static dev.embark.family.PlainModel.map;
import static dev.embark.family.PlainModel.product;
import static dev.embark.family.PlainModel.random;
import static dev.embark.family.PlainModel.rotate;
import static dev.embark.family.PlainModel.sum;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.checkpoint.AlteredCheckpoint;
import dev.embark.graph.Grid;
import dev.embark.graph.Interpreter;
import dev.embark.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// Families and variants of which no original was at hand, against a second writing of their
/// formulas in plain loops, on random weights.
class UncomparedFamiliesTest {
  private static final double TOLERANCE = 2e-5;

  private static final long[] IDS = {5, 17, 3, 99, 250, 17, 8, 700, 41, 2};

  private static final int HIDDEN = 24;
  private static final int INNER = 20;
  private static final int LAYERS = 2;

  @TempDir Path temporary;

  private final Random random = new Random(20231030);
  private final Map<String, Tensor> tensors = new TreeMap<>();

  private void put(String name, long... sizes) {
    tensors.put(name, random(random, sizes));
  }

  private void putLinear(String scope, long out, long in) {
    put(scope + ".weight", out, in);
    put(scope + ".bias", out);
  }

  private void putNorm(String scope) {
    put(scope + ".weight", HIDDEN);
    put(scope + ".bias", HIDDEN);
  }

  private static void describe(ObjectNode json, String type, String architecture) {
    json.put("model_type", type).putArray("architectures").add(architecture);
    json.put("hidden_size", HIDDEN).put("num_hidden_layers", LAYERS);
    json.put("intermediate_size", INNER).put("vocab_size", 764);
  }

  /// Returns the last hidden state of the text [#IDS].
  private static double[][] hidden(AlteredCheckpoint checkpoint) {
    try (var open = checkpoint.open()) {
      var graph = Families.build(open).graph();
      var feeds = new HashMap<String, Grid>();
      for (var input : graph.inputs()) {
        var row = input.name().equals("input_ids") ? IDS.clone() : new long[IDS.length];
        if (input.name().equals("attention_mask")) {
          Arrays.fill(row, 1);
        }
        feeds.put(input.name(), Grid.ofIntegers(new long[][] {row}));
      }
      var grid = new Interpreter(graph).run(feeds, "last_hidden_state");
      var rows = new double[IDS.length][];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = Arrays.copyOfRange(grid.values(), i * HIDDEN, (i + 1) * HIDDEN);
      }
      return rows;
    }
  }

  private static void assertEqual(double[][] actual, double[][] expected) {
    for (int i = 0; i < expected.length; i++) {
      for (int k = 0; k < HIDDEN; k++) {
        assertThat(Math.abs(actual[i][k] - expected[i][k]))
            .as("token %d value %d", i, k)
            .isLessThan(TOLERANCE);
      }
    }
  }

  // JinaBERT v2

  private static final int JINA_HEADS = 6;

  /// Six heads are no power of 2: four slopes 2^−2, 2^−4, …, then 2^−1 and 2^−3.
  private static final double[] SLOPES = {1 / 4.0, 1 / 16.0, 1 / 64.0, 1 / 256.0, 1 / 2.0, 1 / 8.0};

  private AlteredCheckpoint jina(String gate, String down) {
    put("bert.embeddings.word_embeddings.weight", 764, HIDDEN);
    put("bert.embeddings.token_type_embeddings.weight", 2, HIDDEN);
    putNorm("bert.embeddings.LayerNorm");
    for (int layer = 0; layer < LAYERS; layer++) {
      var block = "bert.encoder.layer." + layer + ".";
      for (var name : List.of("self.query", "self.key", "self.value", "output.dense")) {
        putLinear(block + "attention." + name, HIDDEN, HIDDEN);
      }
      putNorm(block + "attention.output.LayerNorm");
      put(block + "mlp." + gate + ".weight", 2 * INNER, HIDDEN);
      putLinear(block + "mlp." + down, HIDDEN, INNER);
    }
    return AlteredCheckpoint.of("bert-plain", temporary)
        .changing(
            "config.json",
            json -> {
              describe(json, "bert", "JinaBertForMaskedLM");
              json.put("num_attention_heads", JINA_HEADS).put("position_embedding_type", "alibi");
              json.put("feed_forward_type", "geglu").put("emb_pooler", "mean");
              json.put("attn_implementation", "torch").put("layer_norm_eps", 1e-12);
              var classes = json.putObject("auto_map");
              classes.put(
                  "AutoConfig", "jinaai/jina-bert-implementation--configuration.JinaBertConfig");
              classes.put(
                  "AutoModel", "jinaai/jina-bert-implementation--modeling_bert.JinaBertModel");
            });
  }

  private double[][] jinaEmbeddings(PlainModel plain) {
    var words = plain.rows("bert.embeddings.word_embeddings.weight", IDS);
    var types = plain.rows("bert.embeddings.token_type_embeddings.weight", 0);
    return plain.layerNorm(sum(words, types), "bert.embeddings.LayerNorm");
  }

  private static double alibi(int head, int i, int j) {
    return -SLOPES[head] * Math.abs(i - j);
  }

  @Test
  void jinaBertLowersScoresWithTheDistance() {
    var checkpoint = jina("gated_layers", "wo");
    for (int layer = 0; layer < LAYERS; layer++) {
      putNorm("bert.encoder.layer." + layer + ".mlp.layernorm");
    }
    replaceTensors(checkpoint);
    var plain = new PlainModel(tensors);
    var x = jinaEmbeddings(plain);
    for (int layer = 0; layer < LAYERS; layer++) {
      var block = "bert.encoder.layer." + layer + ".";
      var attended =
          PlainModel.attention(
              plain.linear(x, block + "attention.self.query"),
              plain.linear(x, block + "attention.self.key"),
              plain.linear(x, block + "attention.self.value"),
              JINA_HEADS,
              UncomparedFamiliesTest::alibi);
      var y = sum(plain.linear(attended, block + "attention.output.dense"), x);
      y = plain.layerNorm(y, block + "attention.output.LayerNorm");
      var both = plain.linear(y, block + "mlp.gated_layers");
      var inner =
          product(map(columns(both, 0, INNER), PlainModel::gelu), columns(both, INNER, 2 * INNER));
      x = plain.layerNorm(sum(plain.linear(inner, block + "mlp.wo"), y), block + "mlp.layernorm");
    }
    assertEqual(hidden(checkpoint), x);
  }

  @Test
  void jinaBertForCodeNormalisesQueriesKeysAndBothHalves() {
    var checkpoint = jina("up_gated_layer", "down_layer");
    for (int layer = 0; layer < LAYERS; layer++) {
      var block = "bert.encoder.layer." + layer + ".";
      putNorm(block + "attention.self.layer_norm_q");
      putNorm(block + "attention.self.layer_norm_k");
      putNorm(block + "layer_norm_1");
      putNorm(block + "layer_norm_2");
    }
    replaceTensors(checkpoint);
    var plain = new PlainModel(tensors);
    var x = jinaEmbeddings(plain);
    for (int layer = 0; layer < LAYERS; layer++) {
      var block = "bert.encoder.layer." + layer + ".";
      var self = block + "attention.self.";
      var attended =
          PlainModel.attention(
              plain.layerNorm(plain.linear(x, self + "query"), self + "layer_norm_q"),
              plain.layerNorm(plain.linear(x, self + "key"), self + "layer_norm_k"),
              plain.linear(x, self + "value"),
              JINA_HEADS,
              UncomparedFamiliesTest::alibi);
      var y = sum(plain.linear(attended, block + "attention.output.dense"), x);
      y = plain.layerNorm(y, block + "attention.output.LayerNorm");
      y = plain.layerNorm(sum(x, y), block + "layer_norm_1");
      var both = plain.linear(y, block + "mlp.up_gated_layer");
      var inner =
          product(columns(both, 0, INNER), map(columns(both, INNER, 2 * INNER), PlainModel::gelu));
      x =
          plain.layerNorm(
              sum(plain.linear(inner, block + "mlp.down_layer"), y), block + "layer_norm_2");
    }
    assertEqual(hidden(checkpoint), x);
  }

  private void replaceTensors(AlteredCheckpoint checkpoint) {
    checkpoint.changingTensors(stored -> {
      stored.clear();
      stored.putAll(tensors);
    });
  }

  // GTE with scaled angles

  private static final int HEADS = 3;

  /// Returns `1 / base^(2k / 8) / divisor`.
  private static float[] frequencies(double base, double divisor) {
    var frequencies = new float[4];
    for (int k = 0; k < 4; k++) {
      frequencies[k] = 1f / (float) Math.pow(base, 2.0 * k / 8) / (float) divisor;
    }
    return frequencies;
  }

  @Test
  void gteScalesBaseAndFrequencies() {
    put("new.embeddings.word_embeddings.weight", 764, HIDDEN);
    putNorm("new.embeddings.LayerNorm");
    for (int layer = 0; layer < LAYERS; layer++) {
      var block = "new.encoder.layer." + layer + ".";
      putLinear(block + "attention.qkv_proj", 3 * HIDDEN, HIDDEN);
      putLinear(block + "attention.o_proj", HIDDEN, HIDDEN);
      putNorm(block + "attn_ln");
      put(block + "mlp.up_gate_proj.weight", 2 * INNER, HIDDEN);
      putLinear(block + "mlp.down_proj", HIDDEN, INNER);
      putNorm(block + "mlp_ln");
    }
    putLinear("classifier", 1, HIDDEN); // of the sparse head, which nothing asks for
    var checkpoint =
        AlteredCheckpoint.of("gte-cls-fp16", temporary)
            .changing(
                "config.json",
                json -> {
                  describe(json, "new", "NewModel");
                  json.putArray("architectures").add("NewModel").add("NewForTokenClassification");
                  json.put("num_attention_heads", HEADS).put("type_vocab_size", 0);
                  json.remove("rope_parameters");
                  json.put("rope_theta", 20000);
                  json.putObject("rope_scaling").put("factor", 8.0).put("type", "ntk");
                  json.put("layer_norm_type", "layer_norm").put("position_embedding_type", "rope");
                  json.put("logn_attention_scale", false).put("logn_attention_clip1", false);
                  json.put("pack_qkv", true).put("unpad_inputs", false);
                  json.put("use_memory_efficient_attention", false);
                  json.putObject("auto_map")
                      .put("AutoModel", "Alibaba-NLP/new-impl--modeling.NewModel");
                })
            .changing("1_Pooling/config.json", UncomparedFamiliesTest::narrowed);
    replaceTensors(checkpoint);
    var plain = new PlainModel(tensors);
    var angles = frequencies(8.0 * 20000, Math.pow(8, 2 / 8.0));
    var x =
        plain.layerNorm(
            plain.rows("new.embeddings.word_embeddings.weight", IDS), "new.embeddings.LayerNorm");
    for (int layer = 0; layer < LAYERS; layer++) {
      var block = "new.encoder.layer." + layer + ".";
      var packed = plain.linear(x, block + "attention.qkv_proj");
      var y = sum(plain.linear(rotated(packed, angles), block + "attention.o_proj"), x);
      y = plain.layerNorm(y, block + "attn_ln");
      var both = plain.linear(y, block + "mlp.up_gate_proj");
      var inner =
          product(columns(both, 0, INNER), map(columns(both, INNER, 2 * INNER), PlainModel::gelu));
      x = plain.layerNorm(sum(plain.linear(inner, block + "mlp.down_proj"), y), block + "mlp_ln");
    }
    assertEqual(hidden(checkpoint), x);
  }

  private static void narrowed(ObjectNode json) {
    for (var key : List.of("embedding_dimension", "word_embedding_dimension")) {
      if (json.has(key)) {
        json.put(key, HIDDEN);
      }
    }
  }

  /// Returns attention over queries, keys and values side by side, the first two turned.
  private static double[][] rotated(double[][] packed, float... angles) {
    return PlainModel.attention(
        rotate(columns(packed, 0, HIDDEN), angles),
        rotate(columns(packed, HIDDEN, 2 * HIDDEN), angles),
        columns(packed, 2 * HIDDEN, 3 * HIDDEN),
        HEADS,
        (_, _, _) -> 0);
  }

  // NomicBERT with experts

  private static final int EXPERTS = 5;

  private AlteredCheckpoint experts() {
    put("embeddings.word_embeddings.weight", 768, HIDDEN);
    put("embeddings.token_type_embeddings.weight", 1, HIDDEN);
    putNorm("emb_ln");
    for (int layer = 0; layer < LAYERS; layer++) {
      var block = "encoder.layers." + layer + ".";
      putLinear(block + "attn.Wqkv", 3 * HIDDEN, HIDDEN);
      putLinear(block + "attn.out_proj", HIDDEN, HIDDEN);
      putNorm(block + "norm1");
      putNorm(block + "norm2");
    }
    putLinear("encoder.layers.0.mlp.fc1", INNER, HIDDEN);
    putLinear("encoder.layers.0.mlp.fc2", HIDDEN, INNER);
    put("encoder.layers.1.mlp.router.layer.weight", EXPERTS, HIDDEN);
    put("encoder.layers.1.mlp.experts.mlp.w1", EXPERTS * INNER, HIDDEN);
    put("encoder.layers.1.mlp.experts.mlp.w2", EXPERTS * INNER, HIDDEN);
    put("encoder.layers.1.mlp.experts.bias", HIDDEN);
    var checkpoint =
        AlteredCheckpoint.of("nomicbert-hublayout", temporary)
            .changing(
                "config.json",
                json -> {
                  json.put("n_embd", HIDDEN).put("n_head", HEADS).put("n_inner", INNER);
                  json.put("activation_function", "gelu").put("type_vocab_size", 1);
                  json.put("qkv_proj_bias", true)
                      .put("mlp_fc1_bias", true)
                      .put("mlp_fc2_bias", true);
                  json.put("num_experts", EXPERTS).put("moe_top_k", 2).put("moe_every_n_layers", 2);
                  json.put("moe_normalize_expert_weights", false).put("num_shared_experts", 0);
                  json.put("expert_choice_router", false).put("ffn_div", 1);
                  json.put("moe_impl", "megablocks").put("moe_resid_pdrop", 0.0);
                  json.put("router_aux_loss_coef", 0.1).put("rotary_emb_base", 10000);
                })
            .changing("1_Pooling/config.json", UncomparedFamiliesTest::narrowed);
    replaceTensors(checkpoint);
    return checkpoint;
  }

  @Test
  void nomicBertAsksTwoExpertsInEveryOtherLayer() {
    var checkpoint = experts();
    var plain = new PlainModel(tensors);
    var x = plain.rows("embeddings.word_embeddings.weight", IDS);
    x = sum(x, plain.rows("embeddings.token_type_embeddings.weight", 0));
    x = plain.layerNorm(x, "emb_ln");
    for (int layer = 0; layer < LAYERS; layer++) {
      var block = "encoder.layers." + layer + ".";
      var packed = plain.linear(x, block + "attn.Wqkv");
      var attended = rotated(packed, frequencies(10000, 1));
      var y =
          plain.layerNorm(sum(plain.linear(attended, block + "attn.out_proj"), x), block + "norm1");
      var inner =
          layer == 0
              ? plain.linear(
                  map(plain.linear(y, block + "mlp.fc1"), PlainModel::gelu), block + "mlp.fc2")
              : mixture(plain, y, block + "mlp.");
      x = plain.layerNorm(sum(inner, y), block + "norm2");
    }
    assertEqual(hidden(checkpoint), x);
  }

  private static double[][] mixture(PlainModel plain, double[][] x, String mlp) {
    var scores = plain.linear(x, mlp + "router.layer");
    var result = new double[x.length][];
    for (int token = 0; token < x.length; token++) {
      var row = scores[token];
      double total = 0;
      var order = new ArrayList<Integer>();
      for (int expert = 0; expert < EXPERTS; expert++) {
        total += Math.exp(row[expert]);
        order.add(expert);
      }
      order.sort((a, b) -> Double.compare(row[b], row[a]));
      result[token] = new double[HIDDEN];
      for (int expert : order.subList(0, 2)) {
        double share = Math.exp(row[expert]) / total;
        for (int k = expert * INNER; k < (expert + 1) * INNER; k++) {
          var in = plain.rows(mlp + "experts.mlp.w1", k)[0];
          var out = plain.rows(mlp + "experts.mlp.w2", k)[0];
          double inside = 0;
          for (int i = 0; i < HIDDEN; i++) {
            inside += x[token][i] * in[i];
          }
          for (int i = 0; i < HIDDEN; i++) {
            result[token][i] += share * PlainModel.gelu(inside) * out[i];
          }
        }
      }
      var bias = plain.vector(mlp + "experts.bias");
      for (int i = 0; i < HIDDEN; i++) {
        result[token][i] += bias[i];
      }
    }
    return result;
  }
}
