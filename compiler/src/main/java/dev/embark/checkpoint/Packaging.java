package dev.embark.checkpoint;

import dev.embark.bundle.Pipeline;
import dev.embark.bundle.Pooling;
import dev.embark.bundle.Step;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.source.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.node.ObjectNode;

/// The small files that others look for in a model's folder (sentence-transformers, transformers,
/// LangChain4j, …): carried over where the model has them, written where it was known or told.
public record Packaging(List<PackagedFile> files) {
  private static final List<String> CARRIED =
      List.of(
          "special_tokens_map.json",
          "tokenizer_config.json",
          "vocab.txt",
          "config_sentence_transformers.json");

  public Packaging {
    files = List.copyOf(files);
  }

  /// A file of the folder: where it lies there and what it holds.
  public sealed interface PackagedFile {
    /// Returns the path inside the folder, with `/`.
    String path();

    /// A file of the source, as it is.
    record Carried(String path, Path source) implements PackagedFile {}

    /// A text that Embark writes.
    record Written(String path, String text) implements PackagedFile {}

    /// A text that Embark makes from a file of the source.
    record Edited(String path, Path source, String text) implements PackagedFile {}
  }

  /// Writes all files into `folder`.
  public void writeTo(Path folder) {
    for (var file : files) {
      var target = folder.resolve(file.path());
      try {
        Files.createDirectories(target.getParent());
        switch (file) {
          case PackagedFile.Carried(_, var source) -> Files.copy(source, target);
          case PackagedFile.Written(_, var text) -> Files.writeString(target, text);
          case PackagedFile.Edited(_, _, var text) -> Files.writeString(target, text);
        }
      } catch (IOException e) {
        throw new Problem(
            Category.UNWRITABLE,
            "Cannot write " + target + ".",
            String.valueOf(e.getMessage()),
            "Free space or choose another folder.",
            e);
      }
    }
  }

  /// Returns the files of the source that these come from.
  List<Path> sources() {
    var sources = new ArrayList<Path>();
    for (var file : files) {
      switch (file) {
        case PackagedFile.Carried(_, var source) -> sources.add(source);
        case PackagedFile.Edited(_, var source, _) -> sources.add(source);
        case PackagedFile.Written _ -> {}
      }
    }
    return sources;
  }

  static Packaging of(Path root, List<Path> fetched, Config config, Pipeline pipeline) {
    var files = new ArrayList<PackagedFile>();
    files.add(
        find(root, "config.json")
            .orElseGet(() -> new PackagedFile.Written("config.json", Json.pretty(config.json()))));
    tokenizer(root, fetched, pipeline, files);
    CARRIED.forEach(name -> find(root, name).ifPresent(files::add));
    files.add(transformer(root, config, pipeline));
    if (Modules.areListed(root)) {
      modules(root, files);
    } else {
      writeModules(pipeline, files);
    }
    return new Packaging(files);
  }

  private static Optional<PackagedFile> find(Path root, String name) {
    return ModelFolder.find(root, name).map(file -> carried(name, file));
  }

  private static PackagedFile carried(String name, Path file) {
    ModelFolder.refuseLfsPointer(file);
    return new PackagedFile.Carried(name, file);
  }

  /// The settings of the Transformer module, which state the limit that holds: the user's, where it
  /// is another than the model's.
  private static PackagedFile transformer(Path root, Config config, Pipeline pipeline) {
    var limit = OptionalInt.of(pipeline.maxTokens());
    for (var name : TokenLimit.TRANSFORMER_CONFIGS) {
      var file = ModelFolder.find(root, name);
      if (file.isPresent()) {
        if (TokenLimit.stated(root, config).equals(limit)) {
          return carried(name, file.get());
        }
        var json = Config.read(file.get(), name).json().put("max_seq_length", pipeline.maxTokens());
        return new PackagedFile.Edited(name, file.get(), Json.pretty(json));
      }
    }
    var json =
        Json.object().put("max_seq_length", pipeline.maxTokens()).put("do_lower_case", false);
    return new PackagedFile.Written(TokenLimit.TRANSFORMER_CONFIGS.getFirst(), Json.pretty(json));
  }

  /// `tokenizer.json`, its limit set to the pipeline's: some models have another one baked in,
  /// which readers such as LangChain4j obey in silence, and padding that belongs to a batch.
  private static void tokenizer(
      Path root, List<Path> fetched, Pipeline pipeline, List<PackagedFile> files) {
    var candidates =
        fetched.stream()
            .filter(file -> file.getFileName().toString().endsWith("tokenizer.json"))
            .filter(file -> file.getNameCount() == 1)
            .toList();
    if (candidates.isEmpty()) {
      if (ModelFolder.find(root, "vocab.txt").isEmpty()) {
        throw new Problem(
            Category.BAD_INPUT,
            root + " has no tokenizer.",
            "Looked for tokenizer.json and vocab.txt.",
            "Fetch the complete model.");
      }
      return;
    }
    if (candidates.size() > 1) {
      throw new Problem(
          Category.BAD_INPUT,
          root + " has several tokenizers: " + candidates + ".",
          "",
          "Keep the one that belongs to the model, as tokenizer.json.");
    }
    var source = ModelFolder.resolve(root, candidates.getFirst().toString());
    ModelFolder.refuseLfsPointer(source);
    var json = Json.readObject(source);
    json.putNull("padding");
    json.putObject("truncation")
        .put("direction", "Right")
        .put("max_length", pipeline.maxTokens())
        .put("strategy", "LongestFirst")
        .put("stride", 0);
    files.add(new PackagedFile.Edited("tokenizer.json", source, Json.pretty(json)));
    if (ModelFolder.find(root, "tokenizer_config.json").isEmpty()) {
      files.add(new PackagedFile.Written("tokenizer_config.json", tokenizerConfig(json, pipeline)));
    }
  }

  /// What transformers needs to know of a WordPiece `tokenizer.json` that came alone.
  private static String tokenizerConfig(ObjectNode tokenizer, Pipeline pipeline) {
    var normalizer = tokenizer.path("normalizer");
    var settings =
        Json.object()
            .put("cls_token", "[CLS]")
            .put("do_lower_case", normalizer.path("lowercase").asBoolean(false))
            .put("mask_token", "[MASK]")
            .put("model_max_length", pipeline.maxTokens())
            .put("pad_token", "[PAD]")
            .put("sep_token", "[SEP]");
    settings.set("strip_accents", normalizer.path("strip_accents"));
    settings
        .put("tokenize_chinese_chars", normalizer.path("handle_chinese_chars").asBoolean(true))
        .put("tokenizer_class", "BertTokenizer")
        .put("unk_token", tokenizer.path("model").path("unk_token").asString("[UNK]"));
    return Json.pretty(settings);
  }

  private static void modules(Path root, List<PackagedFile> files) {
    var list = ModelFolder.resolve(root, "modules.json");
    files.add(carried("modules.json", list));
    for (var module : Json.read(list)) {
      var path = module.path("path").asString("");
      if (!path.isEmpty()) {
        find(root, path + "/config.json").ifPresent(files::add);
        find(root, path + "/model.safetensors")
            .or(() -> find(root, path + "/pytorch_model.bin"))
            .ifPresent(files::add);
      }
    }
  }

  /// Spells the pipeline as sentence-transformers 2 to 6 read it.
  private static void writeModules(Pipeline pipeline, List<PackagedFile> files) {
    var modules = Json.array();
    modules.add(module(0, "", "Transformer"));
    for (var step : pipeline.embedding().orElseThrow().steps()) {
      int index = modules.size();
      switch (step) {
        case Step.Pool pool -> {
          modules.add(module(index, index + "_Pooling", "Pooling"));
          files.add(
              new PackagedFile.Written(index + "_Pooling/config.json", pooling(pool, pipeline)));
        }
        case Step.Normalize() -> modules.add(module(index, index + "_Normalize", "Normalize"));
        case Step.Dense _, Step.LayerNorm _, Step.Truncate _ ->
            throw new IllegalStateException(step + " comes only from a packaged model");
      }
    }
    files.add(new PackagedFile.Written("modules.json", Json.pretty(modules)));
  }

  private static ObjectNode module(int index, String path, String type) {
    return Json.object()
        .put("idx", index)
        .put("name", Integer.toString(index))
        .put("path", path)
        .put("type", "sentence_transformers.models." + type);
  }

  /// The flags, which all versions read, fix the order of several modes; another order can only be
  /// said in the new spelling.
  private static String pooling(Step.Pool pool, Pipeline pipeline) {
    int width = pipeline.embedding().orElseThrow().dimension() / pool.modes().size();
    var settings = Json.object();
    if (pool.modes().stream().sorted().distinct().toList().equals(pool.modes())) {
      settings.put("word_embedding_dimension", width);
      for (var mode : Pooling.values()) {
        settings.put(mode.legacyKey(), pool.modes().contains(mode));
      }
    } else {
      settings.put("embedding_dimension", width);
      var modes = settings.putArray("pooling_mode");
      pool.modes().forEach(mode -> modes.add(mode.key()));
    }
    return Json.pretty(settings);
  }
}
