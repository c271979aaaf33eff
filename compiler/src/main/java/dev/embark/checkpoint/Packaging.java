package dev.embark.checkpoint;

import dev.embark.bundle.Pipeline;
import dev.embark.bundle.Pooling;
import dev.embark.bundle.Reading;
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
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/// The small files that others look for in a model's folder (sentence-transformers, transformers,
/// LangChain4j, …): carried over where the model has them, written where it was known or told.
public record Packaging(List<PackagedFile> files) {
  private static final String SETTINGS = "config_sentence_transformers.json";

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

  static Packaging of(TokenizerFiles tokenizer, Config config, Pipeline pipeline) {
    var root = tokenizer.root();
    var files = new ArrayList<PackagedFile>();
    files.add(
        find(root, "config.json")
            .orElseGet(() -> new PackagedFile.Written("config.json", Json.pretty(config.json()))));
    files.addAll(tokenizer.packaged(pipeline));
    find(root, "artifact.metadata").ifPresent(files::add);
    settings(root, pipeline).ifPresent(files::add);
    if (pipeline.reading().specials() == Reading.Specials.LEFT_OUT) {
      writeModules(root, pipeline, "StaticEmbedding", files);
      return new Packaging(files);
    }
    files.add(transformer(root, config, pipeline));
    if (ModuleList.isIn(root)) {
      modules(root, files);
    } else if (pipeline.embedding().isPresent()) {
      writeModules(root, pipeline, "Transformer", files);
    }
    return new Packaging(files);
  }

  /// The settings of the model; of an embedding model with the prompts that count, of which some
  /// may be the user's.
  private static Optional<PackagedFile> settings(Path root, Pipeline pipeline) {
    var found = Config.find(root, SETTINGS);
    var json = found.map(Config::json).orElseGet(Json::object);
    var prompts = Json.object();
    new TreeMap<>(pipeline.prompts()).forEach(prompts::put);
    boolean isSaid =
        pipeline.embedding().isEmpty() || prompts.isEmpty() || prompts.equals(json.path("prompts"));
    if (isSaid) {
      return find(root, SETTINGS);
    }
    json.set("prompts", prompts);
    return Optional.of(
        found.isPresent()
            ? new PackagedFile.Edited(
                SETTINGS, ModelFolder.resolve(root, SETTINGS), Json.pretty(json))
            : new PackagedFile.Written(SETTINGS, Json.pretty(json)));
  }

  private static Optional<PackagedFile> find(Path root, String name) {
    return ModelFolder.find(root, name).map(file -> carried(name, file));
  }

  static PackagedFile carried(String name, Path file) {
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

  private static void modules(Path root, List<PackagedFile> files) {
    var list = ModelFolder.resolve(root, "modules.json");
    files.add(carried("modules.json", list));
    for (var module : Json.read(list)) {
      var path = module.path("path").asString("");
      if (!path.isEmpty()) {
        carryModule(root, path, files);
      }
    }
  }

  private static void carryModule(Path root, String path, List<PackagedFile> files) {
    find(root, path + "/config.json").ifPresent(files::add);
    find(root, path + "/model.safetensors")
        .or(() -> find(root, path + "/pytorch_model.bin"))
        .ifPresent(files::add);
  }

  /// Spells the pipeline as sentence-transformers 2 to 6 read it.
  private static void writeModules(
      Path root, Pipeline pipeline, String first, List<PackagedFile> files) {
    var modules = Json.array();
    modules.add(module(0, "", first));
    for (var step : pipeline.embedding().orElseThrow().steps()) {
      int index = modules.size();
      switch (step) {
        // The table's own module is the mean.
        case Step.Pool _ when first.equals("StaticEmbedding") -> {}
        case Step.Pool pool -> {
          modules.add(module(index, index + "_Pooling", "Pooling"));
          files.add(
              new PackagedFile.Written(index + "_Pooling/config.json", pooling(pool, pipeline)));
        }
        case Step.Normalize() -> modules.add(module(index, index + "_Normalize", "Normalize"));
        case Step.Dense dense -> {
          modules.add(module(index, dense.path(), "Dense"));
          carryModule(root, dense.path(), files);
        }
        case Step.LayerNorm(var path, _) -> {
          modules.add(module(index, path, "LayerNorm"));
          carryModule(root, path, files);
        }
        // The settings say it.
        case Step.Truncate _ -> {}
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
