package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.convert.PublishedAnswers.Answer;
import org.junit.jupiter.api.Test;

final class PublishedAnswersTest {
  @Test
  void answersAreFoundByTheNameOfTheRepository() {
    var sets = PublishedAnswers.of("sentence-transformers/all-MiniLM-L6-v2");

    assertThat(sets).hasSize(2);
    assertThat(sets.getFirst().absolute()).isEqualTo(1e-4);
    assertThat(sets.getFirst().answers())
        .extracting(Answer::cosine)
        .containsExactly(0.6660, 0.1046, 0.1411);
    assertThat(sets.getLast().relative()).isEqualTo(0.01);
    assertThat(sets.getLast().answers())
        .extracting(Answer::cosine)
        .containsExactly(0.46371, 0.81205, 0.72828, 0.75051);
  }

  @Test
  void bgeIsAskedWithoutItsPrompt() {
    assertThat(PublishedAnswers.of("BAAI/bge-small-en-v1.5"))
        .singleElement()
        .satisfies(answers ->
            assertThat(answers.answers())
                .extracting(Answer::left)
                .containsOnly("Which planet is known as the Red Planet?"));
  }

  @Test
  void otherModelsHaveNone() {
    assertThat(PublishedAnswers.of("example/all-MiniLM-L6-v2")).isEmpty();
    assertThat(PublishedAnswers.of("")).isEmpty();
  }
}
