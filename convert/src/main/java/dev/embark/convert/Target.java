package dev.embark.convert;

import dev.embark.target.coreml.CoreMlSettings.Sensitive;
import dev.embark.target.coreml.MilOpset;
import dev.embark.target.onnx.Flavor;

/// What kind of file a graph becomes.
public sealed interface Target {
  /// Returns the word for it in manifests, and for `--to`.
  String key();

  /// An ONNX file.
  record Onnx(Flavor flavor) implements Target {
    /// The word for it.
    public static final String KEY = "onnx";

    @Override
    public String key() {
      return KEY;
    }
  }

  /// A Core ML package.
  ///
  /// @param name of the package, without its ending
  /// @param sensitive how norms and scores are computed; the first try is as everything else
  record CoreMl(String name, MilOpset opset, Sensitive sensitive) implements Target {
    /// The word for it.
    public static final String KEY = "coreml";

    @Override
    public String key() {
      return KEY;
    }

    /// Returns a package named after a model: the last part of its path or of its repository, or
    /// the artifact.
    public static CoreMl of(String reference, MilOpset opset) {
      var last =
          reference
              .replaceFirst("^maven:[^:]*:([^:]*).*$", "$1")
              .replaceFirst("[/\\\\.]+$", "")
              .replaceFirst("^.*[/\\\\]", "")
              .replaceFirst("@.*$|\\.onnx$", "")
              .replaceAll("[^A-Za-z0-9._-]", "_");
      return new CoreMl(last.isEmpty() ? "model" : last, opset, Sensitive.AS_TRUNK);
    }

    CoreMl with(Sensitive other) {
      return new CoreMl(name, opset, other);
    }
  }
}
