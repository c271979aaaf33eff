package dev.embark.bundle;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// Everything between a text and its results besides the weights: what sentence-transformers keeps
/// in `modules.json`, `sentence_bert_config.json` and `config_sentence_transformers.json`.
///
/// @param reading how a text becomes tokens
/// @param prompts texts put before an input, by name
/// @param defaultPrompt name of the prompt used when none is asked for, or empty
/// @param outputs what the model gives, at least one, each kind once
/// @param notes decisions a user should know of, in sentences
public record Pipeline(
    Reading reading,
    Map<String, String> prompts,
    String defaultPrompt,
    List<Output> outputs,
    List<String> notes) {
  public Pipeline {
    prompts = Map.copyOf(prompts);
    outputs = List.copyOf(outputs);
    notes = List.copyOf(notes);
    if (outputs.isEmpty()) {
      throw new IllegalArgumentException("a pipeline needs an output");
    }
  }

  /// What `do_lower_case` of `sentence_bert_config.json` asks for.
  public enum Letters {
    AS_WRITTEN,
    LOWERCASED
  }

  /// Returns the longest sequence in tokens, special tokens included.
  public int maxTokens() {
    return reading.maxTokens();
  }

  /// Returns the output of one vector a text, if the model has it.
  public Optional<Output.Embedding> embedding() {
    return output(Output.Embedding.class);
  }

  /// Returns the output of scores, if the model has it.
  public Optional<Output.Score> score() {
    return output(Output.Score.class);
  }

  /// Returns the output of one vector a token, if the model has it.
  public Optional<Output.MultiVector> multiVector() {
    return output(Output.MultiVector.class);
  }

  /// Returns the output of weights over the vocabulary, if the model has it.
  public Optional<Output.Sparse> sparse() {
    return output(Output.Sparse.class);
  }

  /// Returns the output of weights of the text's own tokens, if the model has it.
  public Optional<Output.Lexical> lexical() {
    return output(Output.Lexical.class);
  }

  private <T extends Output> Optional<T> output(Class<T> kind) {
    return outputs.stream().filter(kind::isInstance).map(kind::cast).findFirst();
  }

  /// Returns this pipeline with another limit.
  public Pipeline withMaxTokens(int limit) {
    return new Pipeline(reading.withMaxTokens(limit), prompts, defaultPrompt, outputs, notes);
  }

  /// Returns this pipeline with one output only.
  public Pipeline withOnly(Output output) {
    return new Pipeline(reading, prompts, defaultPrompt, List.of(output), notes);
  }

  /// Returns this pipeline with other notes.
  public Pipeline withNotes(List<String> changed) {
    return new Pipeline(reading, prompts, defaultPrompt, outputs, changed);
  }

  /// Returns the pipeline as `embark.json` spells it.
  public ObjectNode toJson() {
    return PipelineCodec.write(this);
  }
}
