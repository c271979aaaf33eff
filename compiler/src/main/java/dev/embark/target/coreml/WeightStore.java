package dev.embark.target.coreml;

import dev.embark.format.mlprogram.BlobFile;
import dev.embark.format.mlprogram.MilType;
import dev.embark.format.mlprogram.MilValue;
import dev.embark.format.mlprogram.MlPackage;
import dev.embark.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The weight file of a package in the making. Functions that need the same blob share it.
final class WeightStore {
  private final List<BlobFile.Source> sources = new ArrayList<>();
  private final Map<Key, Long> offsets = new HashMap<>();

  private final Map<Object, Integer> numbers = new HashMap<>();

  private record Key(String name, StoredWeight.Part part, MilType type, Shape shape) {}

  /// Returns where the program finds a part of a parameter.
  MilValue.Blob blob(StoredWeight stored) {
    var key = new Key(stored.name(), stored.part(), stored.type(), stored.weight().shape());
    long offset = offsets.computeIfAbsent(key, _ -> add(stored));
    return new MilValue.Blob(MlPackage.WEIGHT_FILE, offset);
  }

  private long add(StoredWeight stored) {
    sources.add(new BlobFile.Source(stored.elementType(), stored.count(), stored));
    return BlobFile.offsets(sources).getLast();
  }

  /// Returns a number that only equal things have, in order of their appearance.
  int number(Object thing) {
    return numbers.computeIfAbsent(thing, _ -> numbers.size() + 1);
  }

  List<BlobFile.Source> sources() {
    return List.copyOf(sources);
  }
}
