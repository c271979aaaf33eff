package dev.embark;

/// Where the stages of a chain that are for a device are computed.
public enum Devices {
  /// On the device of this machine; without one, a bundle's next variant takes over.
  OF_THIS_MACHINE,
  /// In the vendor's simulator, which has to be installed: right, and very slow.
  SIMULATED
}
