package dev.embark.checkpoint;

import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.source.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// `modules.json`: what sentence-transformers does with a text, one module after the other.
///
/// Types are matched by their last segment, because their packages moved.
record ModuleList(List<Module> modules) {
  static final String FILE = "modules.json";

  /// What is expected of an embedding model.
  static final String ORDER =
      "A model starts with one Transformer and one Pooling; Dense, LayerNorm and Normalize may"
          + " follow.";

  ModuleList {
    modules = List.copyOf(modules);
  }

  /// A module: the last segment of its type, the whole type, and its folder, empty for the model's
  /// own.
  record Module(String name, String type, String path) {
    String settingsFile() {
      return path.isEmpty() ? "config.json" : path + "/config.json";
    }
  }

  /// Returns whether the folder lists modules.
  static boolean isIn(Path root) {
    return ModelFolder.find(root, FILE).isPresent();
  }

  static ModuleList read(Path root) {
    var file = ModelFolder.resolve(root, FILE);
    ModelFolder.refuseLfsPointer(file);
    var list = Json.read(file);
    if (!list.isArray()) {
      throw new Problem(
          Category.BAD_INPUT,
          FILE + " holds a JSON " + list.getNodeType() + ", expected a list of modules.",
          "",
          "Take the file from the model's repository.");
    }
    var modules = new ArrayList<Module>();
    for (var module : list) {
      var type = text(module, "type");
      var path = text(module, "path");
      modules.add(
          new Module(
              type.substring(type.lastIndexOf('.') + 1), type, path.equals(".") ? "" : path));
    }
    var read = new ModuleList(modules);
    if (modules.isEmpty()) {
      throw read.order(ORDER);
    }
    return read;
  }

  private static String text(JsonNode module, String key) {
    var value = module.path(key);
    if (value.isString()) {
      return value.stringValue();
    }
    throw new Problem(
        Category.BAD_INPUT,
        FILE + ": field " + key + " of module " + Json.line(module) + " is not a text.",
        "",
        "Take the file from the model's repository.");
  }

  Module first() {
    return modules.getFirst();
  }

  List<Module> afterFirst() {
    return modules.subList(1, modules.size());
  }

  List<String> names() {
    return modules.stream().map(Module::name).toList();
  }

  boolean has(String name) {
    return modules.stream().anyMatch(module -> module.name().equals(name));
  }

  static Problem unknown(Module module) {
    return new Problem(
        Category.UNSUPPORTED,
        FILE + ": module \"" + module.type() + "\" is not supported.",
        "Embark knows Transformer, Pooling, Dense, LayerNorm, Normalize, SpladePooling,"
            + " MultiVectorMask, LogitScore and StaticEmbedding.",
        "Convert a model that is made of these.");
  }

  Problem order(String expected) {
    return new Problem(
        Category.UNSUPPORTED,
        FILE + ": the order of modules " + names() + " is not supported.",
        expected,
        "Convert a model that is packaged so.");
  }
}
