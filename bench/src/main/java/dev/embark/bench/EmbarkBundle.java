package dev.embark.bench;

import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.MachineCache;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Embedder;
import dev.embark.embed.Embedding;
import dev.embark.embed.ModelFiles;
import dev.embark.embed.Prompt;
import java.nio.file.Path;
import java.util.List;

/// A bundle of ours, cut at the same number of tokens as the others.
final class EmbarkBundle implements Contender {
  private final String name;
  private final Embedder embedder;

  EmbarkBundle(String name, Path folder, int maxTokens, EmbedSettings settings) {
    this.name = name;
    var files = ModelFiles.of(Bundle.open(folder));
    var cut =
        new ModelFiles(
            files.folder(),
            files.model(),
            files.pipeline().withMaxTokens(maxTokens),
            files.chain());
    var backend = OnnxRuntimeBackend.load(MachineCache.folder(System.getenv()));
    embedder = Embedder.open(cut, backend, settings);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<float[]> embed(List<String> texts) {
    return embeddings(texts).stream().map(Embedding::vector).toList();
  }

  /// Returns the vectors with what the tokenizer says of each text.
  List<Embedding> embeddings(List<String> texts) {
    return embedder.embed(texts, new Prompt.None());
  }

  @Override
  public void close() {
    embedder.close();
  }
}
