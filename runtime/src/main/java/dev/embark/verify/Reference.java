package dev.embark.verify;

import dev.embark.bundle.Output;
import dev.embark.embed.Input;

/// An input, and the values of one output that a witness gives for it: those of a text or pair, or
/// those of its tokens one after the other.
public final class Reference {
  private final Input input;
  private final Output output;
  private final float[] values;

  /// Keeps the values themselves, not a copy.
  public Reference(Input input, Output output, float[] values) {
    this.input = input;
    this.output = output;
    this.values = values;
  }

  public Input input() {
    return input;
  }

  public Output output() {
    return output;
  }

  /// Returns the values themselves, not a copy.
  public float[] values() {
    return values;
  }

  /// Returns the text or the texts, for people.
  String words() {
    return switch (input) {
      case Input.Text(var text, _, _) -> text;
      case Input.Pair(var texts, _, _) -> texts.query() + " | " + texts.document();
    };
  }
}
