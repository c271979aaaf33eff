package dev.embark.checkpoint;

import dev.embark.format.ModelFile;
import dev.embark.format.json.Json;
import dev.embark.format.onnx.OnnxFile;
import dev.embark.format.safetensors.Safetensors;
import dev.embark.format.torch.TorchFile;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.source.Fetched;
import dev.embark.source.ModelFolder;
import dev.embark.source.ModelReference;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Where a model keeps its weights.
public sealed interface WeightFiles {
  /// What an index is called after the file whose parts it lists.
  String INDEX = ".index.json";

  /// Nothing was fetched but the description.
  record None() implements WeightFiles {}

  /// One safetensors file.
  record Single(Path file) implements WeightFiles {}

  /// Several safetensors files and the index that says what is where.
  record Sharded(Path index) implements WeightFiles {}

  /// One PyTorch file.
  record Torch(Path file) implements WeightFiles {}

  /// Several PyTorch files and the index that says what is where.
  record TorchSharded(Path index) implements WeightFiles {}

  /// An ONNX export, from which the trained parameters are recovered.
  record OnnxExport(Path file) implements WeightFiles {}

  /// Finds the weights of what was fetched: safetensors, then PyTorch's own files, then ONNX.
  static WeightFiles find(Fetched fetched) {
    return switch (fetched.reference()) {
      case ModelReference.OnnxFile(var file) ->
          new OnnxExport(fetched.root().resolve(file.getFileName()));
      case ModelReference.MavenArtifact _ -> onlyOnnx(fetched);
      case ModelReference.Folder _, ModelReference.HubRepository _ -> inFolder(fetched);
    };
  }

  private static WeightFiles inFolder(Fetched fetched) {
    var root = fetched.root();
    var stored = ofModule(root, "");
    if (!(stored instanceof None)) {
      return stored;
    }
    for (var name : List.of("onnx/model.onnx", "model.onnx")) {
      var export = ModelFolder.find(root, name);
      if (export.isPresent()) {
        return new OnnxExport(export.get());
      }
    }
    return new None();
  }

  /// Finds the weights of the module in `folder`, which is empty or ends with a slash.
  static WeightFiles ofModule(Path root, String folder) {
    var safetensors = folder + "model.safetensors";
    var torch = folder + "pytorch_model.bin";
    return ModelFolder.find(root, safetensors)
        .<WeightFiles>map(Single::new)
        .or(() -> ModelFolder.find(root, safetensors + INDEX).map(Sharded::new))
        .or(() -> ModelFolder.find(root, torch).map(Torch::new))
        .or(() -> ModelFolder.find(root, torch + INDEX).map(TorchSharded::new))
        .orElseGet(None::new);
  }

  private static WeightFiles onlyOnnx(Fetched fetched) {
    var exports =
        fetched.files().stream().filter(file -> file.toString().endsWith(".onnx")).toList();
    if (exports.size() != 1) {
      throw new Problem(
          Category.BAD_INPUT,
          fetched.root()
              + " holds "
              + exports.size()
              + " ONNX files, expected one: "
              + exports
              + ".",
          "",
          "Name the one to convert as a file.");
    }
    return new OnnxExport(fetched.root().resolve(exports.getFirst()));
  }

  /// Returns the files, the one that names the others first.
  default List<Path> files() {
    return switch (this) {
      case None() -> List.of();
      case Single(var file) -> List.of(file);
      case Sharded(var index) -> withShards(index);
      case Torch(var file) -> List.of(file);
      case TorchSharded(var index) -> withShards(index);
      case OnnxExport(var file) -> List.of(file);
    };
  }

  /// Maps the weights under their stored names.
  default Map<String, Weight> open(Arena arena) {
    return switch (this) {
      case None() ->
          throw new Problem(
              Category.BAD_INPUT,
              "The model has no weights.",
              "Looked for model.safetensors and pytorch_model.bin, whole or in shards,"
                  + " onnx/model.onnx and model.onnx.",
              "Fetch the complete model.");
      case Single(var file) -> stored(Safetensors.open(file, arena));
      case Sharded(var index) -> {
        ModelFolder.refuseLfsPointer(index);
        yield stored(Safetensors.openIndex(index, arena));
      }
      case Torch(var file) -> stored(TorchFile.open(file, arena));
      case TorchSharded(var index) -> {
        ModelFolder.refuseLfsPointer(index);
        yield stored(TorchFile.openIndex(index, arena));
      }
      case OnnxExport(var file) ->
          new OnnxParameters(file, OnnxFile.read(file, arena)).byCheckpointName();
    };
  }

  private static List<Path> withShards(Path index) {
    var files = new ArrayList<Path>();
    files.add(index);
    for (var shard : shards(index)) {
      files.add(ModelFile.beside(index, shard));
    }
    return files;
  }

  /// Returns the names of the files that the index lists; what is no name is refused at [#open].
  private static SortedSet<String> shards(Path index) {
    ModelFolder.refuseLfsPointer(index);
    var shards = new TreeSet<String>();
    for (var shard : Json.readObject(index).path("weight_map")) {
      if (shard.isString()) {
        shards.add(shard.stringValue());
      }
    }
    return shards;
  }

  private static Map<String, Weight> stored(Map<String, Tensor> tensors) {
    var weights = new TreeMap<String, Weight>();
    tensors.forEach((name, tensor) -> weights.put(name, new Weight.Stored(tensor)));
    return weights;
  }
}
