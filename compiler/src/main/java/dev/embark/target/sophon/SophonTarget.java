package dev.embark.target.sophon;

import dev.embark.format.npy.NpzWriter;
import dev.embark.graph.Graph;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.target.TrunkLowering;
import dev.embark.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

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
  /// @return values of the inputs that are the same for each text, by their names
  public static Map<String, Tensor> emit(Graph trunk, String net, Path folder) {
    var text = new TopText(net);
    var output = TrunkLowering.lower(trunk, new TopDialect(text));
    var archive = net + "_w.npz";
    var module = text.finish(output, archive);
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
    return text.positional();
  }
}
