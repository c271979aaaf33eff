package dev.embark.checkpoint;

import dev.embark.bundle.Pipeline;
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
import tools.jackson.databind.node.ObjectNode;

/// The small files that others look for in a model's folder (sentence-transformers, transformers,
/// LangChain4j, …): carried over where the model has them, written where it was known or told.
public record Packaging(List<PackagedFile> files) {
  private static final List<String> CARRIED =
      List.of(
          "special_tokens_map.json",
          "tokenizer_config.json",
          "vocab.txt",
          "config_sentence_transformers.json",
          "sentence_bert_config.json");

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
        ModelFolder.find(root, "config.json")
            .<PackagedFile>map(file -> new PackagedFile.Carried("config.json", file))
            .orElseGet(() -> new PackagedFile.Written("config.json", Json.pretty(config.json()))));
    tokenizer(root, fetched, pipeline, files);
    for (var name : CARRIED) {
      ModelFolder.find(root, name)
          .ifPresent(file -> files.add(new PackagedFile.Carried(name, file)));
    }
    if (SentenceTransformers.isPackaged(root)) {
      modules(root, files);
    } else {
      writeModules(pipeline, files);
    }
    return new Packaging(files);
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
    files.add(new PackagedFile.Carried("modules.json", ModelFolder.resolve(root, "modules.json")));
    for (var module : Json.read(ModelFolder.resolve(root, "modules.json"))) {
      var path = module.path("path").asString("");
      for (var name : List.of("config.json", "model.safetensors")) {
        var relative = path + "/" + name;
        if (!path.isEmpty()) {
          ModelFolder.find(root, relative)
              .ifPresent(file -> files.add(new PackagedFile.Carried(relative, file)));
        }
      }
    }
  }

  /// Spells the pipeline as sentence-transformers 2 to 6 read it.
  private static void writeModules(Pipeline pipeline, List<PackagedFile> files) {
    var modules = Json.array();
    modules.add(module(0, "", "Transformer"));
    for (var step : pipeline.steps()) {
      int index = modules.size();
      switch (step) {
        case Step.Pool pool -> {
          modules.add(module(index, index + "_Pooling", "Pooling"));
          files.add(
              new PackagedFile.Written(index + "_Pooling/config.json", pooling(pool, pipeline)));
        }
        case Step.Normalize() -> modules.add(module(index, index + "_Normalize", "Normalize"));
        case Step.Dense dense ->
            throw new IllegalStateException(dense + " comes only from a packaged model");
      }
    }
    files.add(new PackagedFile.Written("modules.json", Json.pretty(modules)));
    files.add(
        new PackagedFile.Written(
            "sentence_bert_config.json",
            Json.pretty(
                Json.object()
                    .put("max_seq_length", pipeline.maxTokens())
                    .put("do_lower_case", false))));
  }

  private static ObjectNode module(int index, String path, String type) {
    return Json.object()
        .put("idx", index)
        .put("name", Integer.toString(index))
        .put("path", path)
        .put("type", "sentence_transformers.models." + type);
  }

  private static String pooling(Step.Pool pool, Pipeline pipeline) {
    var settings =
        Json.object().put("word_embedding_dimension", pipeline.dimension() / pool.modes().size());
    for (var mode : dev.embark.bundle.Pooling.values()) {
      settings.put(mode.legacyKey(), pool.modes().contains(mode));
    }
    return Json.pretty(settings);
  }
}
