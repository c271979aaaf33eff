package dev.embark.backend.sophon;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.embark.backend.NativeLibrary;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The functions of `libbmlib` and `libbmrt` that run a model.
///
/// See `bmruntime_interface.h` and `bmlib_runtime.h` in <https://github.com/sophgo/libsophon>. On a
/// board they drive the device; those of the compiler's package drive a simulator of it.
final class BmLibrary {

  private final MethodHandle deviceCount;
  private final MethodHandle deviceRequest;
  private final MethodHandle deviceFree;
  private final MethodHandle create;
  private final MethodHandle destroy;
  private final MethodHandle load;
  private final MethodHandle networkCount;
  private final MethodHandle networkNames;
  private final MethodHandle networkInfo;
  private final MethodHandle launch;
  private final MethodHandle free;

  private BmLibrary(NativeLibrary library) {
    deviceCount = library.function("bm_dev_getcount", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    deviceRequest =
        library.function("bm_dev_request", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    deviceFree = library.function("bm_dev_free", FunctionDescriptor.ofVoid(ADDRESS));
    create = library.function("bmrt_create", FunctionDescriptor.of(ADDRESS, ADDRESS));
    destroy = library.function("bmrt_destroy", FunctionDescriptor.ofVoid(ADDRESS));
    load =
        library.function("bmrt_load_bmodel", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, ADDRESS));
    networkCount =
        library.function("bmrt_get_network_number", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    networkNames =
        library.function("bmrt_get_network_names", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
    networkInfo =
        library.function("bmrt_get_network_info", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
    launch =
        library.function(
            "bmrt_launch_data",
            FunctionDescriptor.of(
                JAVA_BOOLEAN,
                ADDRESS,
                ADDRESS,
                ADDRESS,
                ADDRESS,
                JAVA_INT,
                ADDRESS,
                ADDRESS,
                JAVA_INT,
                JAVA_BOOLEAN));
    free = NativeLibrary.ofC().function("free", FunctionDescriptor.ofVoid(ADDRESS));
  }

  /// Loads both libraries from a folder; throws a `Problem` of category `UNAVAILABLE` where they
  /// are not there or of another make.
  @SuppressWarnings("restricted") // The user installed them.
  static BmLibrary load(Path folder) {
    try {
      var device =
          SymbolLookup.libraryLookup(
              found(folder, List.of("libbmlib.so", "libbmlib.so.0")), Arena.global());
      var runtime =
          SymbolLookup.libraryLookup(found(folder, List.of("libbmrt.so")), Arena.global());
      return new BmLibrary(new NativeLibrary(runtime.or(device)));
    } catch (IllegalArgumentException e) {
      throw missing(folder, String.valueOf(e.getMessage()));
    }
  }

  private static Path found(Path folder, List<String> names) {
    return names.stream()
        .map(folder::resolve)
        .filter(Files::exists)
        .findFirst()
        .orElseThrow(() -> missing(folder, "There is no " + names.getFirst() + "."));
  }

  private static Problem missing(Path folder, String why) {
    return new Problem(
        Category.UNAVAILABLE,
        "SOPHON's runtime does not load from " + folder + ".",
        why,
        "Install libsophon on the board, or `embark toolchain install sophon` for the simulator.");
  }

  /// Returns a handle of a device, to be given back by [#freeDevice].
  ///
  /// @param number of the device, from 0 on
  MemorySegment requestDevice(int number) {
    try (var arena = Arena.ofConfined()) {
      var count = arena.allocate(JAVA_INT);
      int status = (int) NativeLibrary.call(deviceCount, count);
      if (status != 0 || count.get(JAVA_INT, 0) <= number) {
        throw new Problem(
            Category.UNAVAILABLE,
            "There is no SOPHON device " + number + ".",
            "bm_dev_getcount answers " + status + ", " + count.get(JAVA_INT, 0) + " devices.",
            "Check the driver: `bm-smi` lists what it sees.");
      }
      var handle = arena.allocate(ADDRESS);
      requireOk("bm_dev_request", (int) NativeLibrary.call(deviceRequest, handle, number));
      return handle.get(ADDRESS, 0);
    }
  }

  void freeDevice(MemorySegment device) {
    NativeLibrary.call(deviceFree, device);
  }

  private static void requireOk(String function, int status) {
    if (status != 0) {
      throw new Problem(
          Category.UNAVAILABLE,
          "SOPHON's " + function + " fails with " + status + ": " + meaning(status) + ".",
          "",
          "Check the driver and the memory of the device: `bm-smi` shows both.");
    }
  }

  /// Returns the word of a `bm_status_t`.
  private static String meaning(int status) {
    return switch (status) {
      case 1 -> "the device is not ready";
      case 2 -> "failure";
      case 3 -> "time ran out";
      case 4 -> "a parameter is wrong";
      case 5 -> "there is no memory left";
      case 6 -> "the data are wrong";
      case 7 -> "the device is busy";
      case 8, 9 -> "it is not supported";
      default -> "a status that its headers do not name"; // an open set of the vendor's
    };
  }

  /// Returns a runtime on a device, to be given back by [#destroy].
  MemorySegment create(MemorySegment device) {
    var runtime = (MemorySegment) NativeLibrary.call(create, device);
    if (runtime.address() == 0) {
      throw new Problem(
          Category.UNAVAILABLE, "SOPHON's bmrt_create fails.", "", "Check the device: `bm-smi`.");
    }
    return runtime;
  }

  void destroy(MemorySegment runtime) {
    NativeLibrary.call(destroy, runtime);
  }

  /// Returns whether the runtime takes a file.
  boolean load(MemorySegment runtime, Path file) {
    try (var arena = Arena.ofConfined()) {
      return (boolean) NativeLibrary.call(load, runtime, arena.allocateFrom(file.toString()));
    }
  }

  /// Returns the names of all networks that are loaded.
  List<String> networks(MemorySegment runtime) {
    int count = (int) NativeLibrary.call(networkCount, runtime);
    try (var arena = Arena.ofConfined()) {
      var place = arena.allocate(ADDRESS);
      NativeLibrary.call(networkNames, runtime, place);
      var names = BmNetwork.texts(place.get(ADDRESS, 0), count);
      // The list is the caller's, the texts are the runtime's.
      NativeLibrary.call(free, place.get(ADDRESS, 0));
      return names;
    }
  }

  /// Returns the `bm_net_info_t` of a network.
  MemorySegment info(MemorySegment runtime, String network) {
    try (var arena = Arena.ofConfined()) {
      return (MemorySegment) NativeLibrary.call(networkInfo, runtime, arena.allocateFrom(network));
    }
  }

  /// Computes a network; returns whether it did.
  ///
  /// @param inputs pointers to host memory, and their `bm_shape_t`s
  /// @param outputs pointers to host memory, and room for their `bm_shape_t`s
  boolean launch(
      MemorySegment runtime,
      MemorySegment network,
      BmNetwork.Places inputs,
      BmNetwork.Places outputs) {
    return (boolean)
        NativeLibrary.call(
            launch,
            runtime,
            network,
            inputs.pointers(),
            inputs.shapes(),
            inputs.count(),
            outputs.pointers(),
            outputs.shapes(),
            outputs.count(),
            true);
  }
}
