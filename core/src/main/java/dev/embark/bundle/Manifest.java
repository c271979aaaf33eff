package dev.embark.bundle;

import dev.embark.format.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// `embark.json`: what a bundle is made from, how, what it holds, and what proves it.
///
/// The same conversion writes the same bytes: no time stamps, nothing about the machine, keys
/// sorted. It is read strictly: every key must be known and present, because a key that is passed
/// over could be one that changes the vectors. A key that is added or changes its meaning therefore
/// raises [#FORMAT].
///
/// @param embarkVersion version of Embark that wrote the bundle
/// @param variants the forms in which the bundle holds the model, the one that it prefers first;
///   the others are what it falls back to
/// @param files every file of the bundle but the manifest itself, by path
public record Manifest(
    String embarkVersion,
    Source source,
    Model model,
    Pipeline pipeline,
    List<Variant> variants,
    List<FileDigest> files) {
  /// Version of the manifest's format that this program reads and writes.
  public static final int FORMAT = 3;

  /// Name of the manifest in a bundle.
  public static final String FILE_NAME = "embark.json";

  public Manifest {
    variants = List.copyOf(variants);
    files = List.copyOf(files);
    if (variants.isEmpty()) {
      throw new IllegalArgumentException("a bundle needs a variant");
    }
  }

  /// Returns the variant that is used where nobody asks for another.
  public Variant preferred() {
    return variants.getFirst();
  }

  /// Where the checkpoint came from.
  ///
  /// @param reference as the user wrote it, without machine paths
  /// @param revision commit or version it resolved to, empty for local files
  /// @param files the files read, by path below the source's root
  public record Source(String reference, String revision, List<FileDigest> files) {
    public Source {
      files = List.copyOf(files);
    }
  }

  /// What kind of model it is.
  ///
  /// @param family the graph builder, such as `Bert`
  /// @param architecture the checkpoint's own name, such as `BertModel`
  /// @param vocabSize number of token ids the model takes
  public record Model(
      String family,
      String architecture,
      long parameters,
      int layers,
      int hiddenSize,
      int vocabSize) {}

  /// How the graph became files.
  ///
  /// @param target such as `onnx`
  /// @param flavor variant of the target, such as `portable` or `ort`
  /// @param precision such as `fp32`
  /// @param opset version of the operator set, 0 where the target has none
  /// @param passes rewrites applied, in order
  /// @param calibration what the numbers in it were measured on, empty where nothing was
  public record Recipe(
      String target,
      String flavor,
      String precision,
      int opset,
      List<String> passes,
      String calibration) {
    public Recipe {
      passes = List.copyOf(passes);
    }
  }

  /// Reads a manifest; refuses unknown formats, unknown keys and values of another kind.
  public static Manifest read(Path file) {
    return ManifestCodec.read(Json.readObject(file), file.toString());
  }

  /// Returns the bytes of `embark.json`.
  public byte[] toJson() {
    return Json.pretty(ManifestCodec.write(this)).getBytes(StandardCharsets.UTF_8);
  }
}
