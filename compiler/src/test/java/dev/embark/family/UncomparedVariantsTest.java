package dev.embark.family;

import static dev.embark.family.PlainModel.map;
import static dev.embark.family.PlainModel.product;
import static dev.embark.family.PlainModel.random;
import static dev.embark.family.PlainModel.rotate;
import static dev.embark.family.PlainModel.sum;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.checkpoint.AlteredCheckpoint;
import dev.embark.format.safetensors.Safetensors;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Grid;
import dev.embark.graph.Interpreter;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Variants that a configuration can ask for and no fixture has, against a second writing of their
/// formulas in plain loops.
class UncomparedVariantsTest {
  private static final double TOLERANCE = 2e-5;
  private static final long[] IDS = {5, 17, 3, 99, 250, 17, 8, 700, 41, 2};

  @TempDir Path temporary;

  private final Random random = new Random(20231030);

  /// Returns a value `[sequence, …]` of the text [#IDS].
  private static double[][] run(AlteredCheckpoint checkpoint, long... types) {
    try (var open = checkpoint.open()) {
      var graph = Families.build(open).graph();
      var ones = new long[IDS.length];
      Arrays.fill(ones, 1);
      var rows = Map.of("input_ids", IDS, "attention_mask", ones, "token_type_ids", types);
      var feeds = new HashMap<String, Grid>();
      for (var input : graph.inputs()) {
        feeds.put(
            input.name(), Grid.ofIntegers(new long[][] {requireNonNull(rows.get(input.name()))}));
      }
      return rows(new Interpreter(graph).run(feeds, "last_hidden_state"));
    }
  }

  private static double[][] rows(Grid grid) {
    var values = grid.values();
    int width = values.length / IDS.length;
    var result = new double[IDS.length][];
    for (int i = 0; i < result.length; i++) {
      result[i] = Arrays.copyOfRange(values, i * width, (i + 1) * width);
    }
    return result;
  }

  private static void assertEqual(double[][] actual, double[][] expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).hasSameSizeAs(expected[i]);
      for (int k = 0; k < expected[i].length; k++) {
        assertThat(Math.abs(actual[i][k] - expected[i][k]))
            .as("token %d value %d", i, k)
            .isLessThan(TOLERANCE * Math.max(1, Math.abs(expected[i][k])));
      }
    }
  }

  /// Returns copies of the checkpoint's tensors in 32 bits.
  private static Map<String, Tensor> tensors(AlteredCheckpoint checkpoint) {
    var copies = new TreeMap<String, Tensor>();
    try (var arena = Arena.ofConfined()) {
      Safetensors.open(checkpoint.root().resolve("model.safetensors"), arena)
          .forEach((name, tensor) -> {
            var values = new float[(int) tensor.shape().elementCount()];
            tensor.read(0, values, 0, values.length);
            copies.put(name, Tensor.of(tensor.shape(), values));
          });
    }
    return copies;
  }

  @Test
  void t5MayHaveAGateAndHeadsOfAnyWidth() {
    var checkpoint =
        AlteredCheckpoint.of("t5-encoder-mean-dense", temporary)
            .changing(
                "config.json",
                json -> {
                  json.put("feed_forward_proj", "gated-gelu").put("d_kv", 6);
                  json.putArray("architectures").add("T5ForConditionalGeneration");
                })
            .changingTensors(stored -> {
              for (int layer = 0; layer < 2; layer++) {
                var block = "encoder.block." + layer + ".layer.";
                for (var name : new String[] {"q", "k", "v"}) {
                  var path = block + "0.SelfAttention." + name + ".weight";
                  stored.put(path, random(random, 24, 32));
                }
                stored.put(block + "0.SelfAttention.o.weight", random(random, 32, 24));
                stored.remove(block + "1.DenseReluDense.wi.weight");
                stored.put(block + "1.DenseReluDense.wi_0.weight", random(random, 56, 32));
                stored.put(block + "1.DenseReluDense.wi_1.weight", random(random, 56, 32));
              }
              stored.put("decoder.final_layer_norm.weight", random(random, 32));
              stored.put("lm_head.weight", random(random, 804, 32));
            });
    var plain = new PlainModel(tensors(checkpoint));
    var first = "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight";
    var x = plain.rows("shared.weight", IDS);
    for (int layer = 0; layer < 2; layer++) {
      var block = "encoder.block." + layer + ".layer.";
      var self = block + "0.SelfAttention.";
      var normed = plain.rmsNorm(x, block + "0.layer_norm", 0);
      double unscaled = Math.sqrt(6);
      var attended =
          PlainModel.attention(
              map(plain.linear(normed, self + "q"), value -> value * unscaled),
              plain.linear(normed, self + "k"),
              plain.linear(normed, self + "v"),
              4,
              (head, i, j) -> plain.rows(first, bucket(j - i))[0][head]);
      x = sum(x, plain.linear(attended, self + "o"));
      normed = plain.rmsNorm(x, block + "1.layer_norm", 0);
      var gate =
          map(plain.linear(normed, block + "1.DenseReluDense.wi_0"), value -> geluTanh(value));
      var inner = product(gate, plain.linear(normed, block + "1.DenseReluDense.wi_1"));
      x = sum(x, plain.linear(inner, block + "1.DenseReluDense.wo"));
    }
    assertEqual(run(checkpoint), plain.rmsNorm(x, "encoder.final_layer_norm", 0));
  }

  /// Returns the bucket of distances up to 9 with 16 buckets up to a distance of 64: the first four
  /// distances have their own, then `4 + ⌊ln(n/4) / ln 16 · 4⌋`.
  private static long bucket(int distance) {
    long[] near = {0, 1, 2, 3, 4, 4, 4, 4, 5, 5};
    return near[Math.abs(distance)] + (distance > 0 ? 8 : 0);
  }

  private static double geluTanh(double x) {
    return x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }

  @Test
  void gemmaMayBeCausal() {
    var checkpoint =
        AlteredCheckpoint.of("gemma3-bidir-mean-dense2-bf16", temporary)
            .changing(
                "config.json",
                json -> {
                  json.put("use_bidirectional_attention", false).put("sliding_window", 4);
                  json.putArray("architectures").add("Gemma3ForCausalLM");
                  // As older files spell it.
                  json.remove("layer_types");
                  json.remove("rope_parameters");
                  json.put("sliding_window_pattern", 3).putNull("rope_scaling");
                  json.put("rope_theta", 1000000.0).put("rope_local_base_freq", 10000.0);
                });
    var plain = new PlainModel(tensors(checkpoint));
    var x = map(plain.rows("embed_tokens.weight", IDS), value -> value * Math.sqrt(48));
    for (int layer = 0; layer < 3; layer++) {
      var block = "layers." + layer + ".";
      boolean isFull = layer == 2;
      var normed = plain.rmsNorm(x, block + "input_layernorm", 1);
      var angles = frequencies(isFull ? 1e6 : 1e4);
      var query =
          plain.rmsNorm(
              plain.linear(normed, block + "self_attn.q_proj"), block + "self_attn.q_norm", 1);
      var key =
          plain.rmsNorm(
              plain.linear(normed, block + "self_attn.k_proj"), block + "self_attn.k_norm", 1);
      var attended =
          PlainModel.attention(
              rotate(query, angles),
              thrice(rotate(key, angles)),
              thrice(plain.linear(normed, block + "self_attn.v_proj")),
              3,
              (_, i, j) -> j <= i && (isFull || i - j < 4) ? 0 : Double.NEGATIVE_INFINITY);
      attended = plain.linear(attended, block + "self_attn.o_proj");
      x = sum(x, plain.rmsNorm(attended, block + "post_attention_layernorm", 1));
      normed = plain.rmsNorm(x, block + "pre_feedforward_layernorm", 1);
      var gate = map(plain.linear(normed, block + "mlp.gate_proj"), value -> geluTanh(value));
      var inner = product(gate, plain.linear(normed, block + "mlp.up_proj"));
      inner = plain.linear(inner, block + "mlp.down_proj");
      x = sum(x, plain.rmsNorm(inner, block + "post_feedforward_layernorm", 1));
    }
    assertEqual(run(checkpoint), plain.rmsNorm(x, "norm", 1));
  }

  private static float[] frequencies(double base) {
    var frequencies = new float[8];
    for (int k = 0; k < 8; k++) {
      frequencies[k] = 1f / (float) Math.pow(base, k / 8.0);
    }
    return frequencies;
  }

  /// Returns the only head three times over.
  private static double[][] thrice(double[][] x) {
    var result = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      result[i] = Arrays.copyOf(x[i], 3 * x[i].length);
      System.arraycopy(x[i], 0, result[i], x[i].length, x[i].length);
      System.arraycopy(x[i], 0, result[i], 2 * x[i].length, x[i].length);
    }
    return result;
  }

  @Test
  void debertaMayHaveKeysOfItsOwnAndPlacesInItsInput() {
    var checkpoint =
        AlteredCheckpoint.of("deberta-v2-mean", temporary)
            .changing(
                "config.json",
                json -> {
                  json.put("share_att_key", false).put("position_biased_input", true);
                  json.put("pos_att_type", "p2c|c2p").put("type_vocab_size", 2);
                  json.put("norm_rel_ebd", "none").put("position_buckets", -1);
                  json.put("max_relative_positions", 3);
                })
            .changingTensors(stored -> {
              for (int layer = 0; layer < 2; layer++) {
                for (var name : new String[] {"pos_key_proj", "pos_query_proj"}) {
                  var scope = "encoder.layer." + layer + ".attention.self." + name;
                  stored.put(scope + ".weight", random(random, 32, 32));
                  stored.put(scope + ".bias", random(random, 32));
                }
              }
              stored.put("embeddings.position_embeddings.weight", random(random, 96, 32));
              stored.put("embeddings.token_type_embeddings.weight", random(random, 2, 32));
              stored.put("encoder.rel_embeddings.weight", random(random, 6, 32));
              stored.remove("encoder.LayerNorm.weight");
              stored.remove("encoder.LayerNorm.bias");
            });
    long[] types = {0, 0, 0, 0, 1, 1, 1, 1, 1, 1};
    var plain = new PlainModel(tensors(checkpoint));
    var x = plain.rows("embeddings.word_embeddings.weight", IDS);
    x = sum(x, plain.rows("embeddings.position_embeddings.weight", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    x = sum(x, plain.rows("embeddings.token_type_embeddings.weight", types));
    x = plain.layerNorm(x, "embeddings.LayerNorm");
    var relative = plain.rows("encoder.rel_embeddings.weight", 0, 1, 2, 3, 4, 5);
    for (int layer = 0; layer < 2; layer++) {
      var block = "encoder.layer." + layer + ".";
      var self = block + "attention.self.";
      var query = plain.linear(x, self + "query_proj");
      var key = plain.linear(x, self + "key_proj");
      var positionKeys = plain.linear(relative, self + "pos_key_proj");
      var positionQueries = plain.linear(relative, self + "pos_query_proj");
      // Three kinds of products, so all of them are divided by √(3·8) instead of √8.
      double share = 1 / Math.sqrt(24);
      var attended =
          PlainModel.attention(
              map(query, value -> value / Math.sqrt(3)),
              key,
              plain.linear(x, self + "value_proj"),
              4,
              (head, i, j) -> {
                int row = Math.clamp((long) i - j + 3, 0, 5);
                return share
                    * (dot(query[i], positionKeys[row], head)
                        + dot(key[j], positionQueries[row], head));
              });
      var y = sum(x, plain.linear(attended, block + "attention.output.dense"));
      y = plain.layerNorm(y, block + "attention.output.LayerNorm");
      var inner = map(plain.linear(y, block + "intermediate.dense"), PlainModel::gelu);
      x =
          plain.layerNorm(
              sum(y, plain.linear(inner, block + "output.dense")), block + "output.LayerNorm");
    }
    assertEqual(run(checkpoint, types), x);
  }

  private static double dot(double[] a, double[] b, int head) {
    double sum = 0;
    for (int k = 8 * head; k < 8 * (head + 1); k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }

  @Test
  void modernBertGivesScoresOfTheVocabularyByItsEmbeddings() {
    var checkpoint =
        AlteredCheckpoint.of("modernbert-cls", temporary)
            .changing(
                "config.json",
                json -> {
                  json.putArray("architectures").add("ModernBertForMaskedLM");
                  json.put("norm_eps", 1e-12);
                })
            .changingTensors(stored -> {
              stored.put("head.dense.weight", random(random, 32, 32));
              stored.put("head.norm.weight", random(random, 32));
              stored.put("decoder.bias", random(random, 796));
            });
    var known = tensors(checkpoint);
    known.put("decoder.weight", requireNonNull(known.get("embeddings.tok_embeddings.weight")));
    known.put("head.norm.bias", Tensor.of(Shape.of(32), new float[32]));
    var plain = new PlainModel(known);
    try (var open = checkpoint.open()) {
      var family = new ModernBert();
      var graph = new GraphBuilder("test");
      var weights = family.sanitize(open.weights());
      var tokens = family.build(graph, open.config(), weights);
      var scores = family.predict(graph, open.config(), weights, tokens);
      graph.output("hidden", tokens);
      graph.output("scores", scores);
      var ones = new long[IDS.length];
      Arrays.fill(ones, 1);
      var feeds =
          Map.of(
              "input_ids", Grid.ofIntegers(new long[][] {IDS}),
              "attention_mask", Grid.ofIntegers(new long[][] {ones}));
      var found = new Interpreter(graph.build()).run(feeds, Set.of("hidden", "scores"));
      var head = plain.linear(rows(requireNonNull(found.get("hidden"))), "head.dense");
      head = plain.layerNorm(map(head, PlainModel::gelu), "head.norm");
      assertEqual(rows(requireNonNull(found.get("scores"))), plain.linear(head, "decoder"));
    }
  }

  @Test
  void nomicBertMaySayItsSizesInBothWords() {
    var checkpoint =
        AlteredCheckpoint.of("nomicbert-hublayout", temporary)
            .changing(
                "config.json",
                json -> {
                  json.put("hidden_size", 32).put("num_attention_heads", 4).put("head_dim", 8);
                  json.put("num_hidden_layers", 2).put("intermediate_size", 56);
                  json.put("hidden_act", "silu").put("layer_norm_eps", 1e-12);
                  json.put("max_position_embeddings", 256);
                  json.putObject("rope_parameters")
                      .put("rope_theta", 1000)
                      .put("rope_type", "default");
                });
    assertThat(checkpoint.build().hiddenSize()).isEqualTo(32);
  }
}
