package dev.embark.convert;

import dev.embark.target.coreml.CoreMlSettings.Sensitive;
import dev.embark.target.coreml.MilOpset;
import dev.embark.target.onnx.Flavor;
import java.util.List;

/// What kind of file a graph becomes.
public sealed interface Target {
  /// Returns the word for it in manifests, and for `--to`.
  String key();

  /// Returns the name of a file made from a model: the last part of its path or of its repository,
  /// or the artifact.
  static String name(String reference) {
    var last =
        reference
            .replaceFirst("^maven:[^:]*:([^:]*).*$", "$1")
            .replaceFirst("[/\\\\.]+$", "")
            .replaceFirst("^.*[/\\\\]", "")
            .replaceFirst("@.*$|\\.onnx$", "")
            .replaceAll("[^A-Za-z0-9._-]", "_");
    return last.isEmpty() ? "model" : last;
  }

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

    /// Returns a package named after a model.
    public static CoreMl of(String reference, MilOpset opset) {
      return new CoreMl(Target.name(reference), opset, Sensitive.AS_TRUNK);
    }

    CoreMl with(Sensitive other) {
      return new CoreMl(name, opset, other);
    }
  }

  /// Files for an NPU of Rockchip's, one for each length, with tables and pooling for the host
  /// beside them.
  ///
  /// @param name of the files, without length and ending
  /// @param chip such as `rk3588`
  record Rknn(String name, String chip) implements Target {
    /// The word for it.
    public static final String KEY = "rknn";

    /// All chips whose files the toolkit writes in 16-bit floats.
    public static final List<String> CHIPS =
        List.of("rk3588", "rk3576", "rk3568", "rk3566", "rk3562", "rv1126b");

    @Override
    public String key() {
      return KEY;
    }
  }

  /// A file for a SOPHON device, with tables and pooling for the host beside it.
  ///
  /// @param name of the file, without its ending
  /// @param chip such as `bm1684x`
  record Sophon(String name, String chip) implements Target {
    /// The word for it.
    public static final String KEY = "sophon";

    @Override
    public String key() {
      return KEY;
    }
  }
}
