package dev.embark.convert;

import static java.util.Objects.requireNonNull;

import dev.embark.format.json.Json;
import dev.embark.format.safetensors.Safetensors;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.testing.Fixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/// A checkpoint of the real size of a model, with random weights: what a conversion costs does not
/// depend on what the numbers are.
///
/// Everything small (tokenizer, packaging) comes from a fixture of the same family; only sizes in
/// `config.json` change. The same seed gives the same bytes.
///
/// @param fixture whose files are taken
/// @param sizes fields of `config.json` that change
/// @param type element type of the weights
/// @param shards number of weight files
record RandomCheckpoint(String fixture, Map<String, Integer> sizes, ElementType type, int shards) {
  private static final long SEED = 20_261_126;
  private static final int PERIOD = 1 << 16;

  RandomCheckpoint {
    sizes = Map.copyOf(sizes);
  }

  /// BAAI/bge-m3: 568 M parameters, the three heads left out.
  static RandomCheckpoint bgeM3() {
    return new RandomCheckpoint(
        "xlmroberta-mean-fp16",
        Map.of(
            "hidden_size", 1024,
            "intermediate_size", 4096,
            "num_attention_heads", 16,
            "num_hidden_layers", 24,
            "max_position_embeddings", 8194,
            "vocab_size", 250_002),
        ElementType.F32,
        1);
  }

  /// Qwen/Qwen3-Embedding-0.6B: 596 M parameters, in shards.
  static RandomCheckpoint qwen3() {
    return new RandomCheckpoint(
        "qwen3-lasttoken-bf16-sharded",
        Map.of(
            "hidden_size", 1024,
            "intermediate_size", 3072,
            "num_attention_heads", 16,
            "num_key_value_heads", 8,
            "head_dim", 128,
            "num_hidden_layers", 28,
            "max_position_embeddings", 32_768,
            "vocab_size", 151_669),
        ElementType.BF16,
        3);
  }

  /// Writes `bge-m3` or `qwen3` into the folder that is named second.
  public static void main(String... words) {
    var checkpoint = words[0].equals("bge-m3") ? bgeM3() : qwen3();
    checkpoint.write(Path.of(words[1]));
  }

  /// Writes the checkpoint into `folder`, which is made.
  void write(Path folder) {
    try {
      var source = Fixture.of(fixture).folder();
      var config = copy(source, folder);
      sizes.forEach(config::put);
      config.remove("layer_types");
      Files.writeString(folder.resolve("config.json"), Json.pretty(config));
      pooling(folder);
      weights(folder, config);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode copy(Path source, Path folder) throws IOException {
    try (var files = Files.walk(source)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var name = source.relativize(file).toString();
        if (!name.startsWith("model") || name.equals("modules.json")) {
          var target = folder.resolve(name);
          Files.createDirectories(target.getParent());
          Files.copy(file, target);
        }
      }
    }
    return Json.readObject(source.resolve("config.json"));
  }

  private void pooling(Path folder) throws IOException {
    var file = folder.resolve("1_Pooling").resolve("config.json");
    var json = Json.readObject(file).put("embedding_dimension", sizes.get("hidden_size"));
    Files.writeString(file, Json.pretty(json));
  }

  private void weights(Path folder, ObjectNode config) throws IOException {
    var shapes = shapes(config);
    var names = new ArrayList<>(shapes.keySet());
    var index = Json.object();
    var map = index.putObject("weight_map");
    for (int shard = 0; shard < shards; shard++) {
      var file =
          shards == 1
              ? "model.safetensors"
              : "model-%05d-of-%05d.safetensors".formatted(shard + 1, shards);
      int size = Math.ceilDiv(names.size(), shards);
      var mine = names.subList(shard * size, Math.min(names.size(), (shard + 1) * size));
      try (var arena = Arena.ofConfined()) {
        var tensors = new TreeMap<String, Tensor>();
        mine.forEach(
            name -> tensors.put(name, random(name, requireNonNull(shapes.get(name)), arena)));
        Safetensors.write(folder.resolve(file), tensors, Map.of("format", "pt"));
      }
      mine.forEach(name -> map.put(name, file));
    }
    if (shards > 1) {
      Files.writeString(folder.resolve("model.safetensors.index.json"), Json.pretty(index));
    }
  }

  /// Returns the fixture's tensors with their layers repeated and their sizes replaced.
  private Map<String, Shape> shapes(ObjectNode config) {
    var small = Json.readObject(Fixture.of(fixture).folder().resolve("config.json"));
    var shapes = new TreeMap<String, Shape>();
    tensors()
        .forEach((name, shape) -> {
          var large = new ArrayList<Long>();
          for (long size : shape.sizes()) {
            large.add(large(size, name, small, config));
          }
          var grown = Shape.of(large.stream().mapToLong(Long::longValue).toArray());
          if (name.contains("layers.0.") || name.contains("layer.0.")) {
            for (int layer = 0; layer < config.path("num_hidden_layers").asInt(); layer++) {
              shapes.put(name.replaceFirst("(layers?)\\.0\\.", "$1." + layer + "."), grown);
            }
          } else if (!name.matches(".*layers?\\.[0-9]+\\..*")) {
            shapes.put(name, grown);
          }
        });
    return shapes;
  }

  private Map<String, Shape> tensors() {
    var shapes = new TreeMap<String, Shape>();
    try (var arena = Arena.ofConfined();
        var files = Files.list(Fixture.of(fixture).folder())) {
      for (var file : files.filter(it -> it.toString().endsWith(".safetensors")).toList()) {
        Safetensors.open(file, arena).forEach((name, tensor) -> shapes.put(name, tensor.shape()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return shapes;
  }

  private static long large(long size, String name, ObjectNode small, ObjectNode config) {
    boolean isProjection = name.matches(".*(q_proj|k_proj|v_proj|o_proj).*");
    if (isProjection && small.has("head_dim")) {
      for (var heads : List.of("num_attention_heads", "num_key_value_heads")) {
        if (size == product(small, heads) && !(size == small.path("hidden_size").asLong())) {
          return product(config, heads);
        }
      }
    }
    for (var key :
        List.of(
            "hidden_size",
            "intermediate_size",
            "vocab_size",
            "max_position_embeddings",
            "head_dim")) {
      if (small.has(key) && small.path(key).asLong() == size) {
        return config.path(key).asLong();
      }
    }
    return size;
  }

  private static long product(ObjectNode config, String heads) {
    return config.path(heads).asLong() * config.path("head_dim").asLong();
  }

  /// Values repeat after a while: making half a billion good ones would take longer than to use
  /// them.
  private Tensor random(String name, Shape shape, Arena arena) {
    long count = shape.elementCount();
    var bytes = arena.allocate(count * type.byteSize(), 64);
    var random = new SplittableRandom(SEED ^ name.hashCode());
    boolean isNorm = shape.rank() == 1 && name.contains("norm") && name.endsWith("weight");
    double scale = shape.rank() == 1 ? 0.1 : 1 / Math.sqrt((double) shape.size(-1));
    var period = new float[PERIOD];
    for (int i = 0; i < PERIOD; i++) {
      period[i] = (float) (random.nextGaussian() * scale + (isNorm ? 1 : 0));
    }
    for (long i = 0; i < count; i++) {
      float value = period[(int) ((i * 40_503 + (i >>> 16)) & (PERIOD - 1))];
      switch (type) {
        case F32 -> bytes.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
        case BF16 ->
            bytes.setAtIndex(
                ValueLayout.JAVA_SHORT, i, (short) (Float.floatToRawIntBits(value) >>> 16));
        case F64, F16, I64, I32, I16, I8, U8, BOOL, I4, U4 ->
            throw new IllegalStateException(type + " is not written here");
      }
    }
    return new Tensor(type, shape, bytes);
  }
}
