package dev.embark.embed;

import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.tokenize.Tokens;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// How inputs of all sorts become tokens for one output of a model.
final class InputReading implements Encoding<Input> {
  private final Pipeline pipeline;
  private final Vocabulary vocabulary;
  private final List<Output> outputs;
  private final Map<TextReading.Manner, TextReading> texts = new ConcurrentHashMap<>();
  private final Map<PairReading.Manner, PairReading> pairs = new ConcurrentHashMap<>();

  InputReading(Pipeline pipeline, Vocabulary vocabulary, Output output) {
    this.pipeline = pipeline;
    this.vocabulary = vocabulary;
    this.outputs = List.of(output);
  }

  @Override
  public int chars(Input input) {
    return switch (input) {
      case Input.Text text -> reading(text).chars(text.text());
      case Input.Pair pair -> reading(pair).chars(pair.texts());
    };
  }

  @Override
  public EncodedText encode(Input input, long number, Tokens tokens) {
    return switch (input) {
      case Input.Text text -> reading(text).encode(text.text(), number, tokens);
      case Input.Pair pair -> reading(pair).encode(pair.texts(), number, tokens);
    };
  }

  private TextReading reading(Input.Text text) {
    return texts.computeIfAbsent(
        new TextReading.Manner(text.prompt(), text.role(), Truncation.AS_MODEL, outputs),
        manner -> new TextReading(pipeline, vocabulary, manner));
  }

  private PairReading reading(Input.Pair pair) {
    return pairs.computeIfAbsent(
        new PairReading.Manner(pair.prompt(), pair.instruction(), Truncation.AS_MODEL),
        manner -> new PairReading(pipeline, vocabulary, manner));
  }
}
