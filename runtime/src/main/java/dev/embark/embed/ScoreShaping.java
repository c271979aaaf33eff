package dev.embark.embed;

import dev.embark.bundle.Output;
import dev.embark.bundle.Output.ScoreActivation;

/// Makes scores of what the model gives.
record ScoreShaping(Output.Score output) implements Shaping<Score> {
  @Override
  public Score result(EncodedText text, Row row) {
    float[] logits = row.values(output, 0);
    var values = new float[logits.length];
    for (int i = 0; i < logits.length; i++) {
      values[i] = activated(output.activation(), logits[i]);
    }
    return new Score(values, logits, text.tokens(), text.untruncatedLength());
  }

  private static float activated(ScoreActivation activation, float logit) {
    return switch (activation) {
      case IDENTITY -> logit;
      case SIGMOID -> (float) (1 / (1 + Math.exp(-logit)));
    };
  }

  @Override
  public Score[] room(int count) {
    return new Score[count];
  }

  @Override
  public void check(Score score, long number) {
    for (int i = 0; i < score.logits().length; i++) {
      if (!Float.isFinite(score.logits()[i])) {
        throw Finite.problem("The score of pair " + number, score.logits()[i], i);
      }
    }
  }
}
