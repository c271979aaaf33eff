package dev.embark.cli.doctor;

import dev.embark.Backends;
import dev.embark.backend.coreml.CoreMlBackend;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.MachineCache;
import java.util.List;

/// Every check, in the order in which they are shown.
public final class Checks {
  private Checks() {}

  public static List<Check> all() {
    return List.of(
        new JdkCheck(),
        new PlatformCheck(),
        new BackendCheck(
            "ONNX Runtime",
            host -> OnnxRuntimeBackend.load(MachineCache.folder(host.environment()))),
        new BackendCheck(
            "Core ML",
            host -> Backends.load(CoreMlBackend.NAME, MachineCache.folder(host.environment()))),
        new RockchipCheck(),
        new SophonCheck(),
        new ToolchainsCheck(),
        new CoresCheck(),
        new MemoryCheck(),
        new TemporaryFolderCheck(),
        new MachineCacheCheck(),
        new HubCacheCheck(),
        new MavenRepositoryCheck(),
        new HubSettingsCheck(),
        new MavenCheck());
  }
}
