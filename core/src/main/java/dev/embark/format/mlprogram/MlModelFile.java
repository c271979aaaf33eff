package dev.embark.format.mlprogram;

import dev.embark.format.ModelFile;
import dev.embark.format.NewFile;
import dev.embark.format.protobuf.IncomingMessage;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/// Reads and writes `.mlmodel` files that hold a program.
///
/// What is read is all that the file says, so that writing it again loses nothing: a field that
/// this package does not know is a defect, not something to skip. Of the program's attributes only
/// `buildInfo`, which names the tools that made it, is left out.
public final class MlModelFile {
  /// Weights lie in a file of their own; names and numbers of a large program are a few megabytes.
  private static final long HEAP_BYTES_MAX = 512L << 20;

  private MlModelFile() {}

  /// Reads a file; throws a `Problem` of category `BAD_INPUT` for a damaged one and `UNSUPPORTED`
  /// for other kinds of models.
  public static MlModel read(Path file) {
    try (var arena = Arena.ofConfined()) {
      var message = IncomingMessage.of(ModelFile.map(file, arena), file, HEAP_BYTES_MAX);
      return new MlModelReader(file).model(message);
    }
  }

  /// Writes a model to `file`, which must not exist; the same model gives the same bytes.
  public static void write(MlModel model, Path file) {
    try (var output = NewFile.create(file)) {
      output.write(MlModelWriter.message(model)::writeTo);
      output.finish();
    }
  }
}
