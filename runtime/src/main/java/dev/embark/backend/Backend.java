package dev.embark.backend;

import java.nio.file.Path;
import java.util.Optional;

/// A runtime that opens the files of stages, such as ONNX Runtime or the driver of an NPU.
///
/// Thread-safe.
public interface Backend {
  /// Returns the name by which a bundle's stages ask for this backend.
  String name();

  /// Returns the version of the native runtime; a change of it is a reason to prove a bundle again.
  String version();

  /// Returns how much can be asked of it.
  default Pace pace() {
    return Pace.DEVICE;
  }

  /// Returns the backend of that name, if it is this one or one of several that this stands for.
  default Optional<Backend> stage(String wanted) {
    return wanted.equals(name()) ? Optional.of(this) : Optional.empty();
  }

  /// Opens a file of a stage; the caller closes what is returned.
  ///
  /// Throws a `Problem` of category `BAD_INPUT` where the runtime refuses the file.
  Executable open(Path file);
}
