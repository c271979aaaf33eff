package dev.embark.embed;

import dev.embark.bundle.Pipeline;
import java.util.List;
import java.util.Optional;

/// What a text is for, where a model reads questions and what answers them differently.
public enum Role {
  NONE,
  /// Something that is looked for.
  QUERY,
  /// Something that is found.
  DOCUMENT;

  /// Returns the name of the prompt that a model has for this role: the choice of
  /// sentence-transformers' `encode_query` and `encode_document`.
  Optional<String> promptName(Pipeline pipeline) {
    var names =
        switch (this) {
          case NONE -> List.<String>of();
          case QUERY -> List.of("query");
          case DOCUMENT -> List.of("document", "passage", "corpus");
        };
    return names.stream().filter(pipeline.prompts()::containsKey).findFirst();
  }

  /// Returns whether a model has a text to put before inputs in this role.
  boolean isPrompted(Pipeline pipeline) {
    return promptName(pipeline)
        .map(pipeline.prompts()::get)
        .filter(text -> !text.isEmpty())
        .isPresent();
  }
}
