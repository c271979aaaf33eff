package dev.embark.checkpoint;

import dev.embark.problem.Problem;
import java.util.Optional;

/// How a reranker that is a language model is asked about a query and a document: constant pieces
/// around the texts, whatever the texts are.
///
/// @param plain the prompt without a system message
/// @param instruction what becomes of a system message
record RerankTemplate(Frame plain, Instruction instruction) {
  /// `prefix + query + between + document + suffix`.
  record Frame(String prefix, String between, String suffix) {
    /// Returns the prompt for two texts.
    String around(String query, String document) {
      return prefix + query + between + document + suffix;
    }

    private Frame replacing(char hole, String text) {
      var old = Character.toString(hole);
      return new Frame(
          prefix.replace(old, text), between.replace(old, text), suffix.replace(old, text));
    }
  }

  /// What a template makes of a system message, in which sentence-transformers hands over a prompt.
  sealed interface Instruction {
    /// It does not reach the prompt.
    record Ignored() implements Instruction {}

    /// It stands wherever `frame` has the hole; that may be nowhere, where only its presence
    /// counts.
    record Taken(Frame frame, char hole) implements Instruction {}

    /// The template cannot be rendered with one.
    record Refused(Problem problem) implements Instruction {}
  }

  /// Returns the pieces with an instruction in them.
  ///
  /// Throws a [Problem] where the template refuses instructions.
  Frame instructed(String text) {
    return switch (instruction) {
      case Instruction.Ignored() -> plain;
      case Instruction.Taken(var frame, char hole) -> frame.replacing(hole, text);
      case Instruction.Refused(var problem) -> throw problem;
    };
  }

  /// Returns the instruction that gives the prompt without a system message, if there is one.
  Optional<String> defaultInstruction() {
    return switch (instruction) {
      case Instruction.Taken(var frame, char hole) -> {
        int at = frame.prefix.indexOf(hole);
        int rest = frame.prefix.length() - at - 1;
        int end = plain.prefix.length() - rest;
        if (at < 0 || end < at) {
          yield Optional.empty();
        }
        var text = plain.prefix.substring(at, end);
        yield frame.replacing(hole, text).equals(plain) ? Optional.of(text) : Optional.empty();
      }
      case Instruction.Ignored(), Instruction.Refused _ -> Optional.empty();
    };
  }
}
