package dev.embark.backend.onnxruntime;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;

/// Keeps ONNX Runtime from reporting home.
///
/// The pinned version has no collector on Linux and macOS. Should a class path bring a newer one,
/// only the variable below stops it, and only if the process has it before the library loads. Java
/// cannot change its own environment, so where the launcher has not done it, the C library does.
final class Telemetry {
  static final String VARIABLE = "ORT_DISABLE_TELEMETRY";

  private Telemetry() {}

  /// Sets the variable for native code, unless the environment has it.
  static void forbid() {
    boolean windows =
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    // On Windows the switch of the environment object is enough: see OnnxRuntimeBackend.
    if (System.getenv(VARIABLE) == null && !windows) {
      setVariable();
    }
  }

  @SuppressWarnings("restricted")
  private static void setVariable() {
    var linker = Linker.nativeLinker();
    Optional<MemorySegment> address = linker.defaultLookup().find("setenv");
    if (address.isEmpty()) {
      return;
    }
    // int setenv(const char *name, const char *value, int overwrite)
    MethodHandle setenv =
        linker.downcallHandle(
            address.get(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    try (var arena = Arena.ofConfined()) {
      int _ = (int) setenv.invokeExact(arena.allocateFrom(VARIABLE), arena.allocateFrom("1"), 1);
    } catch (Throwable e) {
      throw new IllegalStateException("setenv is called as the C library declares it", e);
    }
  }
}
