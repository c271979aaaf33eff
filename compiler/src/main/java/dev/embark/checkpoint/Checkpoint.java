package dev.embark.checkpoint;

import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.bundle.Step;
import dev.embark.source.ModelFolder;
import dev.embark.tensor.Weight;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// A model as its authors published it: its description, and its weights, still in their files.
///
/// The checkpoint owns the mapping of the weights; they can be read until it is closed.
public final class Checkpoint implements AutoCloseable {
  private final Arena arena;
  private final Description description;
  private final Weights weights;

  private Checkpoint(Arena arena, Description description, Weights weights) {
    this.arena = arena;
    this.description = description;
    this.weights = weights;
  }

  /// Maps the weights that `description` found.
  public static Checkpoint open(Description description) {
    var arena = Arena.ofShared();
    try {
      var tensors = new TreeMap<>(description.weights().open(arena));
      for (var path : modulePaths(description.pipeline())) {
        addModule(description.root(), path, tensors, arena);
      }
      return new Checkpoint(arena, description, Weights.of(origin(description), tensors));
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private static String origin(Description description) {
    return description.weights().files().getFirst().getFileName().toString();
  }

  /// Returns the folders of all modules with tensors.
  private static Set<String> modulePaths(Pipeline pipeline) {
    var steps = new ArrayList<Step>();
    var paths = new TreeSet<String>();
    for (var output : pipeline.outputs()) {
      switch (output) {
        case Output.Embedding embedding -> steps.addAll(embedding.steps());
        case Output.MultiVector vectors -> steps.addAll(vectors.steps());
        case Output.Lexical(var path, _) -> paths.add(path);
        case Output.Sparse _, Output.Score _ -> {}
      }
    }
    for (var step : steps) {
      switch (step) {
        case Step.Dense dense -> paths.add(dense.path());
        case Step.LayerNorm(var path, _) -> paths.add(path);
        case Step.Pool _, Step.Normalize _, Step.Truncate _ -> {}
      }
    }
    return paths;
  }

  /// Adds the tensors of a module, its folder put before their names. A module may be a folder, one
  /// PyTorch file (bge-m3), or a layer among the model's own weights (Stanford's ColBERT).
  private static void addModule(Path root, String path, Map<String, Weight> tensors, Arena arena) {
    var files = WeightFiles.ofModule(root, path + "/");
    var alone = ModelFolder.find(root, path + ".pt");
    if (!(files instanceof WeightFiles.None)) {
      files.open(arena).forEach((name, weight) -> tensors.put(path + "/" + name, weight));
    } else if (alone.isPresent()) {
      ModelFolder.refuseLfsPointer(alone.get());
      new WeightFiles.Torch(alone.get())
          .open(arena)
          .forEach((name, weight) -> tensors.put(path + "/linear." + name, weight));
    } else if (path.equals(ColBert.PROJECTION) && tensors.containsKey("linear.weight")) {
      tensors.put(path + "/linear.weight", tensors.remove("linear.weight"));
    } else {
      throw ModelFolder.missing(root, path + "/model.safetensors");
    }
  }

  public Description description() {
    return description;
  }

  public Config config() {
    return description.config();
  }

  public Pipeline pipeline() {
    return description.pipeline();
  }

  /// Returns the tensors under their stored names; those of a Dense module start with its folder.
  public Weights weights() {
    return weights;
  }

  @Override
  public void close() {
    arena.close();
  }
}
