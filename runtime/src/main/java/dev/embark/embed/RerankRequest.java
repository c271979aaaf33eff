package dev.embark.embed;

/// How pairs of texts are to be scored.
///
/// @param prompt what is put before each query
/// @param truncation what becomes of pairs that are too long
/// @param instruction what stands for the model's own instruction, where it takes one; empty for
///   the model's
/// @param label which of several scores ranks; may be empty where the model has one score
public record RerankRequest(
    Prompt prompt, Truncation truncation, String instruction, String label) {
  /// Returns what the original does.
  public static RerankRequest usual() {
    return new RerankRequest(new Prompt.Default(), Truncation.AS_MODEL, "", "");
  }

  /// Returns the same request with another prompt.
  public RerankRequest withPrompt(Prompt other) {
    return new RerankRequest(other, truncation, instruction, label);
  }

  /// Returns the same request with another way to treat pairs that are too long.
  public RerankRequest withTruncation(Truncation other) {
    return new RerankRequest(prompt, other, instruction, label);
  }

  /// Returns the same request with another instruction.
  public RerankRequest withInstruction(String other) {
    return new RerankRequest(prompt, truncation, other, label);
  }

  /// Returns the same request with another label.
  public RerankRequest withLabel(String other) {
    return new RerankRequest(prompt, truncation, instruction, other);
  }
}
