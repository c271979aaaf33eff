package dev.embark.checkpoint;

import dev.embark.bundle.Pipeline;
import dev.embark.bundle.Step;
import dev.embark.source.ModelFolder;
import dev.embark.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.TreeMap;

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
      for (var step : description.pipeline().embedding().orElseThrow().steps()) {
        if (step instanceof Step.Dense dense) {
          tensors.putAll(ofModule(description, dense, arena));
        }
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

  /// Returns the tensors of a Dense module, its folder put before their names.
  private static Map<String, Weight> ofModule(
      Description description, Step.Dense dense, Arena arena) {
    var files = WeightFiles.ofModule(description.root(), dense.path() + "/");
    if (files instanceof WeightFiles.None) {
      throw ModelFolder.missing(description.root(), dense.path() + "/model.safetensors");
    }
    var tensors = new TreeMap<String, Weight>();
    files.open(arena).forEach((name, weight) -> tensors.put(dense.path() + "/" + name, weight));
    return tensors;
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
