package dev.embark.target.onnx;

/// For whom an ONNX file is written.
public enum Flavor {
  /// Standard operators only: every ONNX runtime reads it.
  PORTABLE("portable"),
  /// Fused `com.microsoft` operators: only ONNX Runtime reads it, and runs it faster on a CPU.
  ORT("ort");

  private final String key;

  Flavor(String key) {
    this.key = key;
  }

  /// Returns the spelling on the command line and in `embark.json`.
  public String key() {
    return key;
  }
}
