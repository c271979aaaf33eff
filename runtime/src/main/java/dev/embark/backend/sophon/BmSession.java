package dev.embark.backend.sophon;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A file on a device. Closing it is no courtesy: a process that ends without it dies in the
/// library's own clean-up.
final class BmSession implements Networks {
  private final BmLibrary library;
  private final MemorySegment device;
  private final MemorySegment runtime;
  private final List<BmNetwork> networks = new ArrayList<>();

  private BmSession(BmLibrary library, MemorySegment device, MemorySegment runtime) {
    this.library = library;
    this.device = device;
    this.runtime = runtime;
  }

  /// Opens a file; throws a `Problem` of category `BAD_INPUT` where the runtime does not take it.
  ///
  /// @param number of the device, from 0 on
  static BmSession open(BmLibrary library, int number, Path file) {
    var device = library.requestDevice(number);
    MemorySegment runtime;
    try {
      runtime = library.create(device);
    } catch (RuntimeException e) {
      library.freeDevice(device);
      throw e;
    }
    var session = new BmSession(library, device, runtime);
    try {
      if (!library.load(runtime, file)) {
        throw new Problem(
            Category.BAD_INPUT,
            "SOPHON's runtime does not take " + file + ".",
            "It is damaged, for another chip, or of a newer compiler than the runtime knows.",
            "See `embark inspect " + file.getFileName() + "`, and convert the model again.");
      }
      for (var name : library.networks(runtime)) {
        session.networks.add(BmNetwork.of(name, library.info(runtime, name)));
      }
      return session;
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  @Override
  public List<BmNetwork> networks() {
    return List.copyOf(networks);
  }

  @Override
  public float[] run(BmNetwork network, Map<String, float[]> inputs) {
    try (var arena = Arena.ofConfined()) {
      var given = places(network.inputs(), arena);
      for (int i = 0; i < network.inputs().size(); i++) {
        var place = network.inputs().get(i);
        var values = inputs.get(place.name());
        if (values == null || values.length != place.shape().elementCount()) {
          throw new IllegalArgumentException(place + " is not among " + inputs.keySet());
        }
        var memory = BmNetwork.sized(given.pointers().getAtIndex(ADDRESS, i), place.bytes());
        MemorySegment.copy(values, 0, memory, JAVA_FLOAT, 0, values.length);
      }
      var wanted = places(network.outputs(), arena);
      if (!library.launch(runtime, arena.allocateFrom(network.name()), given, wanted)) {
        throw new Problem(
            Category.UNAVAILABLE,
            "SOPHON's runtime does not compute " + network.name() + ".",
            "bmrt_launch_data answers false; what it printed says more.",
            "Check the device: `bm-smi`.");
      }
      var first = network.outputs().getFirst();
      var memory = BmNetwork.sized(wanted.pointers().getAtIndex(ADDRESS, 0), first.bytes());
      return memory.asSlice(0, first.shape().elementCount() * Float.BYTES).toArray(JAVA_FLOAT);
    }
  }

  private static BmNetwork.Places places(List<BmNetwork.Place> all, Arena arena) {
    var pointers = arena.allocate(ADDRESS, all.size());
    var shapes = arena.allocate((long) BmNetwork.SHAPE_BYTES * all.size(), Integer.BYTES);
    for (int i = 0; i < all.size(); i++) {
      pointers.setAtIndex(ADDRESS, i, arena.allocate(all.get(i).bytes(), 64));
      BmNetwork.put(all.get(i).shape(), shapes, i);
    }
    return new BmNetwork.Places(pointers, shapes, all.size());
  }

  @Override
  public void close() {
    library.destroy(runtime);
    library.freeDevice(device);
  }
}
