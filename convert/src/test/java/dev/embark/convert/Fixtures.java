package dev.embark.convert;

import dev.embark.checkpoint.Description;
import dev.embark.checkpoint.Instructions;
import dev.embark.progress.Progress;
import dev.embark.source.Fetched;
import dev.embark.source.ModelReference;
import dev.embark.source.SourceSettings;
import dev.embark.source.Sources;
import dev.embark.source.Wanted;
import java.nio.file.Path;
import java.util.Map;

/// Ways from a test's folder into the conversion.
final class Fixtures {
  static final String[] ALL_BERT = {
    "bert-mean",
    "bert-mean-oldstyle",
    "bert-mean-legacykeys",
    "bert-plain",
    "bert-cls-dense",
    "bert-max-nonorm",
    "bert-cased-meanmax",
    "bert-weightedmean-noprompt"
  };

  private Fixtures() {}

  static Fetched fetch(Path folder) {
    return new Sources(new SourceSettings(Map.of(), folder), Progress.SILENT)
        .fetch(new ModelReference.Folder(folder), Wanted.EVERYTHING);
  }

  static Description describe(Path folder) {
    return Description.read(fetch(folder), Instructions.NONE);
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
