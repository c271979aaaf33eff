package dev.embark.backend.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.embark.backend.Backend;
import dev.embark.backend.Executable;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Files;
import java.nio.file.Path;

/// ONNX Runtime on the CPU: one session a file, shared by all callers, each computing on its own
/// thread.
///
/// Intra-op threads pay less than more callers and make results depend on the machine; memory
/// patterns would keep memory for each new input shape, of which texts have hundreds.
public final class OnnxRuntimeBackend implements Backend {
  /// Name by which a bundle's stages ask for this backend.
  public static final String NAME = "onnxruntime";

  /// The version pinned; a test holds it against the jar.
  static final String VERSION = "1.28.0";

  private final OrtEnvironment environment;

  private OnnxRuntimeBackend(OrtEnvironment environment) {
    this.environment = environment;
  }

  /// Loads the native library, once a process; throws a `Problem` of category `UNAVAILABLE` where
  /// this machine cannot.
  ///
  /// @param cache folder of the `MachineCache`, where the library is unpacked
  public static OnnxRuntimeBackend load(Path cache) {
    String platform = NativeLibrary.platform();
    if (!NativeLibrary.exists(platform)) {
      throw noLibrary(platform);
    }
    Telemetry.forbid();
    NativeLibrary.loadFrom(cache);
    try {
      var environment = OrtEnvironment.getEnvironment();
      environment.setTelemetry(false);
      return new OnnxRuntimeBackend(environment);
    } catch (LinkageError e) {
      throw cannotLoad(platform, e);
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot switch telemetry off", e);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return environment.getVersion();
  }

  @Override
  public Executable open(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new Problem(
          Category.BAD_INPUT,
          "There is no file " + file + ".",
          "",
          "Copy the bundle again from where it came.");
    }
    try (var options = new SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setMemoryPatternOptimization(false);
      // Higher levels fuse LayerNormalization into a kernel that is slower than its parts; on files
      // that Embark writes they change nothing.
      options.setOptimizationLevel(SessionOptions.OptLevel.BASIC_OPT);
      // Matrices of 8 and 4 bits become floats once, when the file is opened, and not at each run:
      // a
      // short text would wait three times as long for them as for its own products.
      options.addConfigEntry("session.disable_quant_qdq", "1");
      // Errors arrive as exceptions; on stderr they would be said twice.
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      return new OnnxRuntimeExecutable(environment, session(file, options));
    } catch (OrtException e) {
      throw new Problem(
          Category.BAD_INPUT,
          "ONNX Runtime " + VERSION + " cannot open " + file + ".",
          String.valueOf(e.getMessage()),
          "Check that the file is complete and that it is an ONNX model of IR 13 or older.",
          e);
    }
  }

  private OrtSession session(Path file, SessionOptions options) throws OrtException {
    return environment.createSession(file.toString(), options);
  }

  static Problem noLibrary(String platform) {
    return new Problem(
        Category.UNAVAILABLE,
        "ONNX Runtime " + VERSION + " has no library for " + platform + ".",
        "It is built for linux-x64, linux-aarch64, osx-aarch64 and win-x64.",
        "Use a JDK for one of these platforms, or run Embark on another machine.");
  }

  static Problem cannotLoad(String platform, LinkageError error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String reason = String.valueOf(root.getMessage());
    return new Problem(
        Category.UNAVAILABLE,
        "The library of ONNX Runtime " + VERSION + " for " + platform + " does not load.",
        reason,
        remedy(reason),
        error);
  }

  private static String remedy(String reason) {
    if (reason.contains("GLIBC") || reason.contains("musl") || reason.contains("ld-linux")) {
      return "It needs glibc 2.27 or newer (Debian 10, Ubuntu 18.04, RHEL 8); Alpine's musl does"
          + " not do.";
    }
    if (reason.contains("failed to map segment") || reason.contains("not permitted")) {
      return "The folder it was unpacked into forbids execution: point XDG_CACHE_HOME to another,"
          + " or set -D"
          + NativeLibrary.PATH_PROPERTY
          + " to a folder with the unpacked library.";
    }
    return "Run `embark doctor`; removing the folder `native` in Embark's cache makes Embark unpack"
        + " the library again.";
  }
}
