package dev.embark;

import dev.embark.backend.Backend;
import java.nio.file.Path;

/// Who loads the runtimes that compute the stages of a chain: one of the two here, or a program's
/// own, for a device that Embark does not know.
public interface Devices {
  /// The devices of this machine; without one, a bundle's next variant takes over.
  Devices OF_THIS_MACHINE = Backends::load;

  /// The vendors' simulators, which have to be installed: right, and very slow.
  Devices SIMULATED = Backends::simulated;

  /// Loads a runtime by the name that stages give it.
  ///
  /// Throws a `Problem`: `UNAVAILABLE` where this machine cannot load it, `UNSUPPORTED` where there
  /// is none of that name; the next variant takes over then.
  ///
  /// @param cache folder of the `MachineCache`, where native libraries are unpacked
  Backend load(String name, Path cache);
}
