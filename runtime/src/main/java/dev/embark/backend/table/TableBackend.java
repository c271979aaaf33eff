package dev.embark.backend.table;

import dev.embark.backend.Backend;
import dev.embark.backend.Executable;
import dev.embark.format.safetensors.Safetensors;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Tensor;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Static embeddings: the vector of a text is the mean of the vectors of its tokens, which stand in
/// a table.
///
/// A file is safetensors with one tensor, `embedding.weight` `[rows, dimension]` of any floating
/// point type, and says in its metadata what becomes of the mean ([Mean]). The table stays in the
/// mapped file.
public final class TableBackend implements Backend {
  /// Name by which a bundle's stages ask for this backend.
  public static final String NAME = "table";

  /// Name of the table in its file.
  public static final String TENSOR = "embedding.weight";

  /// Changes with the arithmetic.
  private static final String VERSION = "1";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return VERSION;
  }

  @Override
  public Executable open(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new Problem(
          Category.BAD_INPUT,
          "There is no file " + file + ".",
          "",
          "Check that the bundle is complete.");
    }
    var mean = Mean.of(Safetensors.metadata(file)).orElseThrow(() -> noMean(file));
    var arena = Arena.ofShared();
    try {
      return new TableExecutable(table(file, Safetensors.open(file, arena)), mean, arena);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static Tensor table(Path file, Map<String, Tensor> tensors) {
    var table = tensors.get(TENSOR);
    if (table == null || tensors.size() != 1 || table.shape().rank() != 2 || !isReal(table)) {
      throw new Problem(
          Category.BAD_INPUT,
          file + " is not a table of vectors: its tensors are " + tensors.keySet() + ".",
          "Embark expects one, \"" + TENSOR + "\" [rows, dimension], of floating point numbers.",
          "Convert the original checkpoint with Embark.");
    }
    return table;
  }

  private static boolean isReal(Tensor table) {
    return table.type().isFloat();
  }

  private static Problem noMean(Path file) {
    return new Problem(
        Category.BAD_INPUT,
        file
            + " does not say how a vector is made of its table: its metadata are "
            + Safetensors.metadata(file)
            + ".",
        "Embark expects \"pooling\" to be \"mean\" and \"normalize\" to be \"true\" or \"false\".",
        "Convert the original checkpoint with Embark.");
  }
}
