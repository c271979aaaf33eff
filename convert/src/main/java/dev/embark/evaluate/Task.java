package dev.embark.evaluate;

/// What a model is asked to be good at.
public enum Task {
  /// Similarities in the order in which people rate pairs.
  STS("sts"),
  /// Documents of a collection found by queries.
  RETRIEVAL("retrieval"),
  /// Candidates of a question in order.
  RERANK("rerank"),
  /// The same texts nearest to each other as with another model.
  NEIGHBOURS("neighbours");

  private final String key;

  Task(String key) {
    this.key = key;
  }

  /// Returns the spelling on the command line.
  public String key() {
    return key;
  }
}
