package dev.embark.target.sophon;

import dev.embark.bundle.TrunkPorts;
import dev.embark.format.npy.NpzWriter;
import dev.embark.graph.Graph;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The trunk of a graph to the text and the weights that `tpuc-opt` compiles for a BM1684X.
public final class SophonTarget {
  private SophonTarget() {}

  /// Where the text of a network lies.
  public static Path text(Path folder, String net) {
    return folder.resolve(net + "_origin.mlir");
  }

  /// Writes a network.
  ///
  /// @param trunk from the vectors of the tokens to those of the last layer, of fixed shapes, one
  ///   text
  /// @param net its name, which a device knows it by
  /// @param folder in which both files are made
  public static void emit(Graph trunk, String net, Path folder) {
    var text = new TopText(net);
    var lowering = new TopLowering(text);
    var embeds = trunk.inputs().getFirst();
    lowering.bind(embeds, text.input(embeds.name(), embeds.shape()));
    boolean isMasked = needsMask(trunk);
    for (var mask : trunk.inputs().subList(1, trunk.inputs().size())) {
      if (isMasked) {
        lowering.bind(mask, text.input(TrunkPorts.BIAS, Shape.of(mask.shape().sizes())));
      }
    }
    trunk.nodes().forEach(lowering::lower);
    var archive = net + "_w.npz";
    var module = text.finish(lowering.value(trunk.outputs().getFirst()), archive);
    NpzWriter.write(text.weights(), folder.resolve(archive));
    try {
      Files.writeString(text(folder, net), module, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new Problem(
          Category.UNWRITABLE,
          "Cannot write " + text(folder, net) + ".",
          String.valueOf(e.getMessage()),
          "Check the space left and the permissions there.",
          e);
    }
  }

  /// Returns whether any token of a trunk sees padding where nothing keeps it from that.
  public static boolean needsMask(Graph trunk) {
    return trunk.nodes().stream().anyMatch(node -> TopAttention.seesPadding(node.op()));
  }
}
