package dev.embark.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.checkpoint.Checkpoint;
import dev.embark.checkpoint.Description;
import dev.embark.checkpoint.Instructions;
import dev.embark.graph.Grid;
import dev.embark.graph.Interpreter;
import dev.embark.progress.Progress;
import dev.embark.source.ModelReference;
import dev.embark.source.SourceSettings;
import dev.embark.source.Sources;
import dev.embark.source.Wanted;
import dev.embark.testing.Fixture;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BertTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-mean",
        "bert-mean-oldstyle",
        "bert-mean-legacykeys",
        "bert-plain",
        "bert-cls-dense",
        "bert-max-nonorm",
        "bert-cased-meanmax",
        "bert-weightedmean-noprompt"
      })
  void interpreterAnswersAsTheOriginal(String name) {
    var fixture = Fixture.of(name);
    var fetched =
        new Sources(new SourceSettings(Map.of(), fixture.folder()), Progress.SILENT)
            .fetch(new ModelReference.Folder(fixture.folder()), Wanted.EVERYTHING);
    try (var checkpoint = Checkpoint.open(Description.read(fetched, Instructions.NONE))) {
      var model = Families.build(checkpoint);
      var interpreter = new Interpreter(model.graph());
      var answers = fixture.answers();
      for (int i = 0; i < answers.texts().size(); i++) {
        var out = interpreter.run(feeds(answers.ids()[i]), "sentence_embedding");
        var expected = answers.embeddings()[i];
        var actual = out.row(0);
        assertThat(difference(actual, expected)).as("text %d", i).isLessThan(2e-5f);
      }
    }
  }

  private static Map<String, Grid> feeds(long[] ids) {
    var ones = new long[ids.length];
    java.util.Arrays.fill(ones, 1);
    return Map.of(
        "input_ids", Grid.ofIntegers(new long[][] {ids}),
        "attention_mask", Grid.ofIntegers(new long[][] {ones}),
        "token_type_ids", Grid.ofIntegers(new long[][] {new long[ids.length]}));
  }

  private static float difference(float[] actual, float[] expected) {
    float max = 0;
    float scale = 1;
    for (int i = 0; i < expected.length; i++) {
      max = Math.max(max, Math.abs(actual[i] - expected[i]));
      scale = Math.max(scale, Math.abs(expected[i]));
    }
    return max / scale;
  }
}
