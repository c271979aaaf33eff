package dev.embark.convert;

import dev.embark.bundle.Output;
import dev.embark.checkpoint.Description;
import dev.embark.checkpoint.Instructions;
import dev.embark.checkpoint.Task;
import dev.embark.embed.Input;
import dev.embark.embed.Prompt;
import dev.embark.progress.Progress;
import dev.embark.source.Fetched;
import dev.embark.source.ModelReference;
import dev.embark.source.SourceSettings;
import dev.embark.source.Sources;
import dev.embark.source.Wanted;
import dev.embark.testing.Fixture;
import dev.embark.verify.Reference;
import dev.embark.verify.References;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Ways from a test's folder into the conversion.
final class Fixtures {
  static final String[] ALL_BERT = {
    "bert-mean",
    "bert-mean-oldstyle",
    "bert-mean-oldstyle-bin",
    "bert-mean-legacykeys",
    "bert-plain",
    "bert-cls-dense",
    "bert-max-nonorm",
    "bert-cased-meanmax",
    "bert-weightedmean-noprompt"
  };

  private Fixtures() {}

  static Fetched fetch(Path folder) {
    return fetch(new ModelReference.Folder(folder));
  }

  private static Fetched fetch(ModelReference local) {
    return new Sources(new SourceSettings(Map.of(), Path.of("")), Progress.SILENT)
        .fetch(local, Wanted.EVERYTHING);
  }

  static Description describe(ModelReference local) {
    return Description.read(fetch(local), Instructions.NONE);
  }

  /// Returns the description of a fixture, read as what its answers are of.
  static Description describe(String name) {
    return Description.read(fetch(Fixture.of(name).folder()), instructions(name));
  }

  /// Returns what has to be said of a fixture: a checkpoint of a language model does not say itself
  /// that it is a reranker.
  static Instructions instructions(String name) {
    return name.endsWith("yesno") ? Instructions.NONE.withTask(Task.RERANK) : Instructions.NONE;
  }

  static Description describe(Path folder) {
    return Description.read(fetch(folder), Instructions.NONE);
  }

  /// Copies a checkpoint to a folder of the same name in `folder`, so that a test can change it.
  static Path copy(String fixture, Path folder) throws IOException {
    var from = Fixture.of(fixture).folder();
    var to = folder.resolve(fixture);
    try (var all = Files.walk(from)) {
      for (var file : all.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
    return to;
  }

  /// Gives the copy of a checkpoint another way to pool.
  static void poolBy(String mode, Path checkpoint) throws IOException {
    Files.writeString(
        checkpoint.resolve("1_Pooling/config.json"),
        """
        {"embedding_dimension": 32, "pooling_mode": "%s", "include_prompt": true}
        """
            .formatted(mode));
  }

  /// Returns the description of a checkpoint that claims to be the model of that name.
  static Description knownAs(String model, Description described) {
    return new Description(
        described.root(),
        model,
        described.config(),
        described.pipeline(),
        described.weights(),
        described.packaging());
  }

  /// Writes a fixture's texts and vectors as a file for `--reference`.
  static void writeVectors(Path file, Fixture.Answers answers) {
    var references = new ArrayList<Reference>();
    for (int i = 0; i < answers.texts().size(); i++) {
      var vector = answers.embeddings()[i];
      references.add(
          new Reference(
              Input.of(answers.texts().get(i), new Prompt.Default()),
              new Output.Embedding(List.of(), "cosine", vector.length),
              vector));
    }
    try {
      Files.write(file, References.toJsonLines(references));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Returns the largest difference of two rows, as a share of the largest expected value where
  /// that is above 1.
  static float difference(float[] actual, float[] expected) {
    float max = 0;
    float scale = 1;
    for (int i = 0; i < expected.length; i++) {
      max = Math.max(max, Math.abs(actual[i] - expected[i]));
      scale = Math.max(scale, Math.abs(expected[i]));
    }
    return max / scale;
  }
}
