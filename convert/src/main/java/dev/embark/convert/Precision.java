package dev.embark.convert;

import dev.embark.target.onnx.Flavor;

/// In how many bits a model is stored and computed.
public enum Precision {
  FP32("fp32", ""),
  /// Matrices in 16-bit floats, computed in 32.
  FP16("fp16", "_fp16"),
  /// Matrices and what is computed with them in 16-bit floats of the range of 32, on devices that
  /// have such.
  BF16("bf16", "_bf16"),
  /// Layers as products of 8-bit integers, tables in 8 bits.
  INT8("int8", "_int8"),
  /// Matrices and tables in 8 bits, computed in 32-bit floats.
  INT8_WEIGHTS("int8-weights", "_quantized"),
  /// Matrices in 4 bits and tables in 8, computed in 32-bit floats.
  INT4("int4", "_q4");

  private final String key;
  private final String suffix;

  Precision(String key, String suffix) {
    this.key = key;
    this.suffix = suffix;
  }

  /// Returns the spelling on the command line and in `embark.json`.
  public String key() {
    return key;
  }

  /// Returns the flavour that suits `embark embed`, where nobody asks for one.
  ///
  /// Products of integers with the scales of tokens are nine standard operators and one fused one,
  /// which is half as fast again. All others run as fast in standard operators, or nearly, and
  /// every runtime reads those.
  public Flavor usualFlavor() {
    return switch (this) {
      case INT8 -> Flavor.ORT;
      case FP32, FP16, BF16, INT8_WEIGHTS, INT4 -> Flavor.PORTABLE;
    };
  }

  /// Returns the file of this precision among those of others, as Transformers.js looks for them
  /// (<https://huggingface.co/docs/transformers.js/guides/dtypes>).
  String file() {
    return "onnx/model" + suffix + ".onnx";
  }
}
