package dev.embark.cli;

import dev.embark.Devices;
import picocli.CommandLine.Option;

/// What stands for a device that is not here.
final class SimulateOption {
  @Option(
      names = "--simulate",
      description =
          "Compute stages for a device in its vendor's simulator (`embark toolchain install`), which"
              + " takes seconds to minutes a text.")
  private boolean simulate;

  Devices devices() {
    return simulate ? Devices.SIMULATED : Devices.OF_THIS_MACHINE;
  }
}
