package dev.embark.checkpoint;

import java.util.List;

/// Repositories whose files leave open what everybody knows: that the model is a reranker.
final class KnownTask {
  private static final List<String> RERANKERS =
      List.of("Qwen/Qwen3-Reranker-0.6B", "Qwen/Qwen3-Reranker-4B", "Qwen/Qwen3-Reranker-8B");

  private KnownTask() {}

  /// Returns what is known of a repository, `owner/name`.
  static Instructions of(String model) {
    return RERANKERS.contains(model) ? Instructions.NONE.withTask(Task.RERANK) : Instructions.NONE;
  }
}
