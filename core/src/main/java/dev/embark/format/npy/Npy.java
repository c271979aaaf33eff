package dev.embark.format.npy;

import dev.embark.format.ModelFile;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// npy files: one array each, as `numpy.save` writes them.
///
/// Byte layout
/// ([specification](https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html)):
///
/// | bytes | content |
/// |---|---|
/// | 6 | `0x93` and `NUMPY` |
/// | 2 | major and minor version: 1.0, 2.0 or 3.0 |
/// | 2, from version 2 on 4 | `N`, length of the header, unsigned, little-endian |
/// | `N` | header: a Python dictionary in ASCII (version 3: UTF-8), spaces, `\n` |
/// | rest | the elements, row-major, little-endian |
///
/// The header reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 384), }`. Spaces fill it
/// so that the elements start at a multiple of 64. An `.npz` file is a zip of npy files; read its
/// entries with [#read(InputStream, String)].
public final class Npy {
  private static final int STREAM_BYTES_MAX = 1 << 29;

  private Npy() {}

  /// Maps a file; the tensor's memory is released with `arena`.
  public static Tensor open(Path file, Arena arena) {
    return NpyHeader.tensor(ModelFile.map(file, arena), file.toString());
  }

  /// Reads an array of at most 512 MiB to the heap; `name` says in problems where it comes from.
  public static Tensor read(InputStream stream, String name) {
    try {
      var bytes = stream.readNBytes(STREAM_BYTES_MAX + 1);
      if (bytes.length > STREAM_BYTES_MAX) {
        throw new Problem(
            Category.BAD_INPUT,
            name + " has more than " + STREAM_BYTES_MAX + " bytes.",
            "",
            "Unpack it and open the file.");
      }
      return NpyHeader.tensor(MemorySegment.ofArray(bytes), name);
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT,
          "Cannot read " + name + ".",
          String.valueOf(e.getMessage()),
          "Fetch or write the file again.",
          e);
    }
  }

  /// Returns the rows of a matrix as floats, whatever type it is stored in.
  public static float[][] readFloats(Path file) {
    try (var arena = Arena.ofConfined()) {
      return rows(open(file, arena), file.toString());
    }
  }

  private static float[][] rows(Tensor tensor, String name) {
    // Rows without elements cost nothing in the file, but memory here.
    boolean isMatrix = tensor.shape().rank() == 2 && tensor.shape().size(1) > 0;
    if (!isMatrix || tensor.shape().elementCount() > Integer.MAX_VALUE) {
      throw new Problem(
          Category.BAD_INPUT,
          name
              + " holds an array of shape "
              + tensor.shape()
              + ", expected `[vectors, dimension]`.",
          "",
          "Store one vector a row.");
    }
    int width = Math.toIntExact(tensor.shape().size(1));
    var rows = new float[Math.toIntExact(tensor.shape().size(0))][width];
    for (int row = 0; row < rows.length; row++) {
      tensor.read((long) row * width, rows[row], 0, width);
    }
    return rows;
  }
}
