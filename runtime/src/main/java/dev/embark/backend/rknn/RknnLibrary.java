package dev.embark.backend.rknn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.embark.backend.NativeLibrary;
import dev.embark.format.ModelFile;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;

/// The functions of `librknnrt`, one to one; codes other than 0 become a `Problem`.
final class RknnLibrary {
  static final int QUERY_COUNTS = 0;
  static final int QUERY_INPUT = 1;
  static final int QUERY_OUTPUT = 2;
  static final int QUERY_VERSION = 5;
  static final int QUERY_MEMORY = 6;

  private static final int PARAMETER_WRONG = -5;
  private static final int MODEL_INVALID = -6;
  private static final int OTHER_PLATFORM = -13;
  private static final List<String> NAMES = List.of("librknnrt.so", "/usr/lib/librknnrt.so");

  private final MethodHandle init;
  private final MethodHandle destroy;
  private final MethodHandle query;
  private final MethodHandle setCoreMask;
  private final MethodHandle setInputs;
  private final MethodHandle run;
  private final MethodHandle getOutputs;
  private final MethodHandle releaseOutputs;

  private final String build;

  private RknnLibrary(NativeLibrary library, String build) {
    this.build = build;
    init =
        library.function(
            "rknn_init",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
    destroy = library.function("rknn_destroy", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
    query =
        library.function(
            "rknn_query", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    setCoreMask =
        library.function(
            "rknn_set_core_mask", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
    setInputs =
        library.function(
            "rknn_inputs_set", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS));
    run = library.function("rknn_run", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS));
    getOutputs =
        library.function(
            "rknn_outputs_get",
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS));
    releaseOutputs =
        library.function(
            "rknn_outputs_release", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS));
  }

  /// Loads the runtime of this machine; throws a `Problem` of category `UNAVAILABLE` where there is
  /// none.
  static RknnLibrary load() {
    var why = "";
    for (var name : NAMES) {
      try {
        return load(name);
      } catch (IllegalArgumentException e) {
        why = String.valueOf(e.getMessage());
      }
    }
    throw missing(why);
  }

  /// Loads a runtime from a file.
  static RknnLibrary load(Path file) {
    try {
      return load(file.toAbsolutePath().toString());
    } catch (IllegalArgumentException e) {
      throw missing(String.valueOf(e.getMessage()));
    }
  }

  @SuppressWarnings("restricted") // The user installed it.
  private static RknnLibrary load(String name) {
    var library = new NativeLibrary(SymbolLookup.libraryLookup(name, Arena.global()));
    return new RknnLibrary(library, NativeLibrary.build(name.substring(name.lastIndexOf('/') + 1)));
  }

  /// Returns a word that changes when another build of the runtime is loaded.
  String build() {
    return build;
  }

  private static Problem missing(String why) {
    return new Problem(
        Category.UNAVAILABLE,
        "Rockchip's runtime librknnrt.so does not load.",
        why,
        "Install it on the board, in /usr/lib; elsewhere --simulate or the bundle's variant for the"
            + " host.");
  }

  private static void call(String name, MethodHandle function, Object... arguments) {
    requireOk(name, code(function, arguments));
  }

  private static int code(MethodHandle function, Object... arguments) {
    return (int) NativeLibrary.call(function, arguments);
  }

  private static void requireOk(String name, int code) {
    if (code != 0) {
      throw failure(name, code);
    }
  }

  private static Problem failure(String function, int code) {
    boolean isFile = code == MODEL_INVALID || code == OTHER_PLATFORM;
    return new Problem(
        isFile ? Category.BAD_INPUT : Category.UNAVAILABLE,
        "Rockchip's %s fails with %d: %s.".formatted(function, code, meaning(code)),
        "",
        isFile
            ? "See `embark inspect` of the file, and convert the model for this board."
            : "Check the driver and the runtime: `embark doctor` shows both.");
  }

  private static String meaning(int code) {
    return switch (code) {
      case -1 -> "it does not run";
      case -2 -> "time ran out";
      case -3 -> "the device is not there";
      case -4 -> "there is no memory left";
      case PARAMETER_WRONG -> "a parameter is wrong";
      case MODEL_INVALID -> "the model is damaged, or of a toolkit newer than the runtime";
      case -7 -> "the context is not one";
      case -8 -> "an input is wrong";
      case -9 -> "an output is wrong";
      case -10 -> "driver and runtime do not go together";
      case -12 -> "the model's optimisation is not for this runtime";
      case OTHER_PLATFORM -> "the model is for another chip";
      default -> "a code that its header does not name"; // an open set of the vendor's
    };
  }

  /// Returns a context of a file, to be given back by [#destroy].
  long init(Path file) {
    try (var arena = Arena.ofConfined()) {
      var context = arena.allocate(JAVA_LONG);
      // By its path: a size of 32 bits would not hold that of a large one.
      var path = arena.allocateFrom(file.toAbsolutePath().toString());
      int code = code(init, context, path, 0, 0, MemorySegment.NULL);
      if (code == PARAMETER_WRONG) {
        // The client for boards on a cable takes no paths.
        var bytes = ModelFile.map(file, arena);
        int size = Math.toIntExact(bytes.byteSize());
        code = code(init, context, bytes, size, 0, MemorySegment.NULL);
      }
      requireOk("rknn_init", code);
      return context.get(JAVA_LONG, 0);
    }
  }

  void destroy(long context) {
    call("rknn_destroy", destroy, context);
  }

  void query(long context, int what, MemorySegment answer) {
    call("rknn_query", query, context, what, answer, Math.toIntExact(answer.byteSize()));
  }

  void setCoreMask(long context, int mask) {
    call("rknn_set_core_mask", setCoreMask, context, mask);
  }

  void setInputs(long context, int count, MemorySegment inputs) {
    call("rknn_inputs_set", setInputs, context, count, inputs);
  }

  void run(long context) {
    call("rknn_run", run, context, MemorySegment.NULL);
  }

  void getOutputs(long context, int count, MemorySegment outputs) {
    call("rknn_outputs_get", getOutputs, context, count, outputs, MemorySegment.NULL);
  }

  void releaseOutputs(long context, int count, MemorySegment outputs) {
    call("rknn_outputs_release", releaseOutputs, context, count, outputs);
  }
}
