package dev.embark.bench;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// `embedAll` of LangChain4j's all-MiniLM-L6-v2, on as many threads as the others have.
///
/// It cuts every text at 128 tokens, because its tokenizer's file says so. Each text is a run of
/// its own, on one session of ONNX Runtime that has as many threads as there are processors.
final class LangChain4j implements Contender {
  static final String NAME = "LangChain4j";

  private final ExecutorService callers;
  private final AllMiniLmL6V2EmbeddingModel model;

  LangChain4j(int threads) {
    callers = Executors.newFixedThreadPool(threads);
    model = new AllMiniLmL6V2EmbeddingModel(callers);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<float[]> embed(List<String> texts) {
    var segments = texts.stream().map(TextSegment::from).toList();
    return model.embedAll(segments).content().stream().map(Embedding::vector).toList();
  }

  @Override
  public void close() {
    callers.close();
  }
}
