package dev.embark.format;

import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/// The index of a checkpoint of several files, `<name>.index.json`: the object `weight_map` in it
/// names the file of each tensor, in the same folder.
public final class ShardIndex {
  private static final int NAMES_SHOWN_MAX = 10;

  private ShardIndex() {}

  /// Opens all files of an index with `opener` and returns the tensors it lists by name.
  ///
  /// The index decides: what a file holds beyond it is left aside.
  public static SortedMap<String, Tensor> open(
      Path index, Function<Path, ? extends Map<String, Tensor>> opener) {
    var places = places(index);
    var shards = new TreeMap<String, Map<String, Tensor>>();
    for (var shard : places.values()) {
      shards.computeIfAbsent(shard, name -> opener.apply(ModelFile.beside(index, name)));
    }
    var tensors = new TreeMap<String, Tensor>();
    var missing = new ArrayList<String>();
    places.forEach((name, shard) -> {
      var tensor = shards.getOrDefault(shard, Map.of()).get(name);
      if (tensor == null) {
        missing.add("\"" + name + "\" (" + shard + ")");
      } else {
        tensors.put(name, tensor);
      }
    });
    if (!missing.isEmpty()) {
      throw new Problem(
          Category.BAD_INPUT,
          index
              + " lists "
              + missing.size()
              + " tensors that are not in their files: "
              + shown(missing)
              + ".",
          "Index and files are not of the same checkpoint.",
          "Fetch the model again, all files at the same revision.");
    }
    return Collections.unmodifiableSortedMap(tensors);
  }

  private static SortedMap<String, String> places(Path index) {
    var map = Json.readObject(index).path("weight_map");
    if (!map.isObject()) {
      throw new Problem(
          Category.BAD_INPUT,
          index + " has no object \"weight_map\".",
          "It is not the index of a checkpoint.",
          "Fetch the model again.");
    }
    var places = new TreeMap<String, String>();
    for (var place : map.properties()) {
      if (!place.getValue().isString()) {
        throw new Problem(
            Category.BAD_INPUT,
            index
                + ": the file of tensor \""
                + place.getKey()
                + "\" is "
                + Json.line(place.getValue())
                + ", expected a name.",
            "",
            "Fetch the model again.");
      }
      places.put(place.getKey(), place.getValue().stringValue());
    }
    return places;
  }

  private static String shown(List<String> names) {
    var some = String.join(", ", names.subList(0, Math.min(NAMES_SHOWN_MAX, names.size())));
    return names.size() <= NAMES_SHOWN_MAX
        ? some
        : some + " and " + (names.size() - NAMES_SHOWN_MAX) + " more";
  }
}
