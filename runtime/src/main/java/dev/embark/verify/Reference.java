package dev.embark.verify;

import dev.embark.embed.Prompt;

/// A text and the vector that a witness gives for it.
public final class Reference {
  private final String text;
  private final Prompt prompt;
  private final float[] embedding;

  /// Keeps the vector itself, not a copy.
  public Reference(String text, Prompt prompt, float[] embedding) {
    this.text = text;
    this.prompt = prompt;
    this.embedding = embedding;
  }

  /// Returns the text without its prompt.
  public String text() {
    return text;
  }

  public Prompt prompt() {
    return prompt;
  }

  /// Returns the vector itself, not a copy.
  public float[] embedding() {
    return embedding;
  }
}
