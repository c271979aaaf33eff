package dev.embark.embed;

import dev.embark.bundle.Bundle;
import dev.embark.bundle.Chain;
import dev.embark.bundle.Manifest.Model;
import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tokenize.Tokenizer;
import dev.embark.tokenize.Tokens;
import java.nio.file.Path;
import java.util.function.Function;

/// What an [Engine] runs from: a bundle, or one in the making that has no manifest yet.
///
/// @param folder where the tokenizer and the files of the chain lie
/// @param chain the way through the files that is to be run
public record ModelFiles(Path folder, Model model, Pipeline pipeline, Chain chain) {
  /// Returns a bundle's files with the chain it prefers.
  public static ModelFiles of(Bundle bundle) {
    return of(bundle, bundle.manifest().preferred().chain());
  }

  /// Returns a bundle's files with one of its chains.
  public static ModelFiles of(Bundle bundle, Chain chain) {
    var manifest = bundle.manifest();
    return new ModelFiles(bundle.folder(), manifest.model(), manifest.pipeline(), chain);
  }

  /// Returns how inputs become tokens for an output, without opening the model; not for several
  /// threads at once.
  public Function<Input, EncodedText> encoder(Output output) {
    var vocabulary = new Vocabulary(openTokenizer(), model.vocabSize());
    var reading = new InputReading(pipeline, vocabulary, output);
    var tokens = new Tokens();
    return input -> reading.encode(input, 1, tokens);
  }

  /// Opens the tokenizer; throws a `Problem` where its vocabulary has ids that the model has no
  /// vectors for. Tokens that were added to the vocabulary may be beyond, as those of T5 are.
  public Tokenizer openTokenizer() {
    var tokenizer = Tokenizer.open(folder, pipeline.reading().letters());
    if (tokenizer.maxModelId() < model.vocabSize()) {
      return tokenizer;
    }
    throw new Problem(
        Category.BAD_INPUT,
        "The tokenizer has token id "
            + tokenizer.maxModelId()
            + ", the model has "
            + model.vocabSize()
            + " token embeddings.",
        "They belong to different models.",
        "Take all files from the same revision and convert the model again.");
  }
}
