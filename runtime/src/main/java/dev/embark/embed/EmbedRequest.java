package dev.embark.embed;

import java.util.Set;

/// How texts are to be embedded.
///
/// @param prompt what is put before each text
/// @param role what the texts are for
/// @param truncation what becomes of texts that are too long
/// @param kinds what is wanted; where none is named, one vector a text, or all that a model without
///   it gives
/// @param dimensions how much of a vector is wanted
public record EmbedRequest(
    Prompt prompt, Role role, Truncation truncation, Set<Kind> kinds, Dimensions dimensions) {
  public EmbedRequest {
    kinds = Set.copyOf(kinds);
  }

  /// How much of a vector is wanted.
  public sealed interface Dimensions {
    /// All values.
    record All() implements Dimensions {}

    /// The first `count` values, scaled to length 1 again where the model's own vectors have length
    /// 1, as Matryoshka models allow (<https://arxiv.org/abs/2205.13147>).
    record First(int count) implements Dimensions {
      public First {
        if (count < 1) {
          throw new IllegalArgumentException(count + " dimensions");
        }
      }
    }
  }

  /// Returns what sentence-transformers' `encode` does.
  public static EmbedRequest usual() {
    return new EmbedRequest(
        new Prompt.Default(), Role.NONE, Truncation.AS_MODEL, Set.of(), new Dimensions.All());
  }

  /// Returns what is usual for a role.
  public static EmbedRequest as(Role role) {
    return usual().withRole(role);
  }

  /// Returns what is usual, under a prompt.
  public static EmbedRequest under(Prompt prompt) {
    return usual().withPrompt(prompt);
  }

  /// Returns the same request with another prompt.
  public EmbedRequest withPrompt(Prompt other) {
    return new EmbedRequest(other, role, truncation, kinds, dimensions);
  }

  /// Returns the same request for another role.
  public EmbedRequest withRole(Role other) {
    return new EmbedRequest(prompt, other, truncation, kinds, dimensions);
  }

  /// Returns the same request with another way to treat texts that are too long.
  public EmbedRequest withTruncation(Truncation other) {
    return new EmbedRequest(prompt, role, other, kinds, dimensions);
  }

  /// Returns the same request for other results.
  public EmbedRequest withKinds(Kind... others) {
    return new EmbedRequest(prompt, role, truncation, Set.of(others), dimensions);
  }

  /// Returns the same request for the first `count` values of a vector.
  public EmbedRequest withDimensions(int count) {
    return new EmbedRequest(prompt, role, truncation, kinds, new Dimensions.First(count));
  }
}
