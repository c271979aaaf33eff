package dev.embark.checkpoint;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a model is to be used for, where its files leave that open: a language model may be an
/// embedding model or a reranker, a masked language model an encoder or a sparse one.
public enum Task {
  EMBED("embed"),
  RERANK("rerank"),
  SPARSE("sparse");

  private final String key;

  Task(String key) {
    this.key = key;
  }

  /// Returns the spelling of `--task`.
  public String key() {
    return key;
  }

  /// Returns the task spelled so, if there is one.
  public static Optional<Task> ofKey(String key) {
    return Arrays.stream(values()).filter(task -> task.key().equals(key)).findFirst();
  }

  /// Returns all spellings, separated by commas.
  public static String keys() {
    return Arrays.stream(values()).map(Task::key).collect(Collectors.joining(", "));
  }
}
