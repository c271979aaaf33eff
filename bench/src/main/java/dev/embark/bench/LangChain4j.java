package dev.embark.bench;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// `embedAll` of LangChain4j's all-MiniLM-L6-v2, on as many threads as the others have.
///
/// It cuts every text at 128 tokens, because its tokenizer's file says so. Each text is a run of
/// its own, on one session of ONNX Runtime that has as many threads as there are processors.
final class LangChain4j implements Contender {
  static final String NAME = "LangChain4j";
  static final String QUANTIZED_NAME = "LangChain4j -q";

  private final String name;
  private final ExecutorService callers;
  private final EmbeddingModel model;

  private LangChain4j(String name, ExecutorService callers, EmbeddingModel model) {
    this.name = name;
    this.callers = callers;
    this.model = model;
  }

  /// Opens the model in 32-bit floats.
  static LangChain4j open(int threads) {
    var callers = Executors.newFixedThreadPool(threads);
    return new LangChain4j(NAME, callers, new AllMiniLmL6V2EmbeddingModel(callers));
  }

  /// Opens the model as the usual dynamic recipe quantises it to 8 bits.
  static LangChain4j openQuantized(int threads) {
    var callers = Executors.newFixedThreadPool(threads);
    return new LangChain4j(
        QUANTIZED_NAME, callers, new AllMiniLmL6V2QuantizedEmbeddingModel(callers));
  }

  @Override
  public String name() {
    return name;
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
