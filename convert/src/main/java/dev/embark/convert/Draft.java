package dev.embark.convert;

import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.Chain;
import dev.embark.bundle.Manifest;
import dev.embark.bundle.Proof;
import dev.embark.bundle.Variant;
import dev.embark.embed.ModelFiles;
import dev.embark.graph.Graph;
import dev.embark.target.onnx.Flavor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A variant on its way into the bundle.
///
/// @param recipe what the manifest says of how it was made
/// @param flavor of its operators
/// @param converted the graph that was written
/// @param files what was written, beside what all variants share
/// @param layers what became of each layer, where some are quantised
record Draft(
    Manifest.Recipe recipe,
    Flavor flavor,
    Graph converted,
    ModelFiles files,
    List<Variant.Layer> layers) {
  Draft {
    layers = List.copyOf(layers);
  }

  Chain chain() {
    return files.chain();
  }

  Variant toVariant(Proof proof) {
    return new Variant(chain(), recipe, layers, proof);
  }

  /// Returns the bytes of the variant's own files.
  long size() {
    try {
      long size = 0;
      for (var file : own()) {
        size += Files.isRegularFile(file) ? Files.size(file) : 0;
      }
      return size;
    } catch (IOException e) {
      throw BundleWriter.unwritable(files.folder(), e);
    }
  }

  /// Removes the variant's own files.
  void remove() {
    try {
      for (var file : own().reversed()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw BundleWriter.unwritable(files.folder(), e);
    }
  }

  /// Returns a file and what was written beside it for it alone: weights that it was too small for,
  /// or what is told a device at each run, or what a simulator reads.
  private static List<Path> besides(Path file) throws IOException {
    var name = file.getFileName().toString();
    int end = name.lastIndexOf('.');
    var stem = end < 0 ? name : name.substring(0, end);
    try (var all = Files.list(file.resolveSibling("."))) {
      return all.filter(each -> each.getFileName().toString().startsWith(stem + ".")).toList();
    }
  }

  /// Each file, and that of its weights where it is too large for one; or each folder, and what is
  /// in it.
  private List<Path> own() throws IOException {
    var own = new ArrayList<Path>();
    for (var path : chain().paths()) {
      var file = files.folder().resolve(path);
      if (Files.isDirectory(file)) {
        try (var all = Files.walk(file)) {
          own.addAll(all.toList());
        }
      } else {
        own.addAll(besides(file));
      }
    }
    return own;
  }
}
