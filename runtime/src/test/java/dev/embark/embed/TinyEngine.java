package dev.embark.embed;

import dev.embark.backend.TinyModel;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.Pipeline;
import dev.embark.tokenize.Tokenizer;
import dev.embark.tokenize.Tokens;
import java.nio.file.Path;

/// A [TinyBundle] in the making, opened with pipelines of all sorts, and what its model says.
final class TinyEngine implements AutoCloseable {
  private final Path cache;
  private final BundleWriter writer;
  private final ModelFiles files;

  /// Writes model and tokenizer.
  ///
  /// @param cache for unpacked libraries
  TinyEngine(Path folder, Path cache) {
    this.cache = cache;
    this.writer = BundleWriter.create(folder);
    this.files = TinyBundle.write(writer, TinyBundle.pipeline());
  }

  ModelFiles files(Pipeline pipeline) {
    return new ModelFiles(files.folder(), files.model(), pipeline, files.chain());
  }

  Engine open(Pipeline pipeline) {
    return open(pipeline, EmbedSettings.defaults().withCallers(2));
  }

  Engine open(Pipeline pipeline, EmbedSettings settings) {
    return Engine.open(files(pipeline), OnnxRuntimeBackend.load(cache), settings);
  }

  Tokenizer tokenizer() {
    return Tokenizer.open(files.folder(), files.pipeline().reading().letters());
  }

  /// Returns the ids of a text with special tokens.
  int[] ids(String text) {
    var tokens = new Tokens();
    tokenizer().encode(text, Integer.MAX_VALUE, tokens);
    return tokens.toIds();
  }

  /// Returns the ids of a text without special tokens.
  int[] bareIds(String text) {
    var tokens = new Tokens();
    tokenizer().encodeBare(text, Integer.MAX_VALUE, tokens);
    return tokens.toIds();
  }

  /// Returns the mean of the vectors of tokens of type 0.
  static double[] mean(int[] ids) {
    var mean = new double[TinyModel.HIDDEN];
    for (int j = 0; j < mean.length; j++) {
      for (int id : ids) {
        mean[j] += TinyBundle.MODEL.value(id, 0, j) / ids.length;
      }
    }
    return mean;
  }

  /// Returns a vector at length 1.
  static double[] normalized(double[] vector) {
    double squares = 0;
    for (double value : vector) {
      squares += value * value;
    }
    var normalized = new double[vector.length];
    for (int j = 0; j < vector.length; j++) {
      normalized[j] = squares == 0 ? 0 : vector[j] / Math.sqrt(squares);
    }
    return normalized;
  }

  /// Returns the product of a vector with a column.
  static double product(double[] vector, int column) {
    double sum = 0;
    for (int j = 0; j < vector.length; j++) {
      sum += vector[j] * TinyModel.column(j, column);
    }
    return sum;
  }

  @Override
  public void close() {
    writer.close();
  }
}
