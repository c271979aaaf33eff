package dev.embark.cli.doctor;

import dev.embark.bundle.MachineCache;
import dev.embark.toolchain.Toolchain;
import dev.embark.toolchain.Toolchains;

/// Which compilers of NPU vendors are installed.
final class ToolchainsCheck implements Check {
  @Override
  public Finding examine(Host host) {
    var toolchains = Toolchains.in(MachineCache.folder(host.environment()));
    var installed =
        Toolchain.all().stream()
            .filter(each -> toolchains.find(each).isPresent())
            .map(each -> each.name() + " " + each.version())
            .toList();
    return Finding.ok(
        "NPU compilers",
        installed.isEmpty()
            ? "none; `embark toolchain install` brings one"
            : String.join(", ", installed));
  }
}
