package dev.embark.bundle;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// Everything between a text and its vector besides the weights: what sentence-transformers keeps
/// in `modules.json`, `sentence_bert_config.json` and `config_sentence_transformers.json`.
///
/// @param maxTokens longest sequence in tokens, special tokens included
/// @param letters whether texts are lowercased before the tokenizer's own normalizer
/// @param prompts texts put before an input, by name
/// @param defaultPrompt name of the prompt used when none is asked for, or empty
/// @param steps modules after the transformer, in order
/// @param similarity name of the similarity function (`cosine`, `dot`, …)
/// @param dimension length of the resulting vector
/// @param notes decisions a user should know of, in sentences
public record Pipeline(
    int maxTokens,
    Letters letters,
    Map<String, String> prompts,
    String defaultPrompt,
    List<Step> steps,
    String similarity,
    int dimension,
    List<String> notes) {
  public Pipeline {
    prompts = Map.copyOf(prompts);
    steps = List.copyOf(steps);
    notes = List.copyOf(notes);
  }

  /// What `do_lower_case` of `sentence_bert_config.json` asks for.
  public enum Letters {
    AS_WRITTEN,
    LOWERCASED
  }

  /// Returns whether resulting vectors have length 1.
  public boolean isNormalized() {
    return !steps.isEmpty() && steps.getLast() instanceof Step.Normalize;
  }

  /// Returns this pipeline with another limit.
  public Pipeline withMaxTokens(int limit) {
    return new Pipeline(
        limit, letters, prompts, defaultPrompt, steps, similarity, dimension, notes);
  }

  /// Returns this pipeline with other notes.
  public Pipeline withNotes(List<String> changed) {
    return new Pipeline(
        maxTokens, letters, prompts, defaultPrompt, steps, similarity, dimension, changed);
  }

  /// Returns the pipeline as `embark.json` spells it.
  public ObjectNode toJson() {
    return PipelineCodec.write(this);
  }
}
