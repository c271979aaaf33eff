package dev.embark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

class TokenLimitTest {

  @TempDir Path temporary;

  private AlteredCheckpoint altered(String fixture) {
    return AlteredCheckpoint.of(fixture, temporary);
  }

  private AlteredCheckpoint altered(String fixture, String file, Consumer<ObjectNode> change) {
    return altered(fixture).changing(file, change);
  }

  @Test
  void statedSequenceLengthWinsOverAllOthers() {
    assertThat(
            altered(
                    "bert-mean",
                    "sentence_bert_config.json",
                    json -> json.put("max_seq_length", 80))
                .describe()
                .pipeline()
                .maxTokens())
        .isEqualTo(80);
  }

  @Test
  void withoutAStatedLengthTheSmallerOfTokenizerAndModelHolds() {
    var altered = altered("bert-mean");
    assertThat(altered.describe().pipeline().maxTokens()).isEqualTo(64);
    altered.changing("tokenizer_config.json", json -> json.put("model_max_length", 1e30));
    assertThat(altered.describe().pipeline().maxTokens()).isEqualTo(96);
  }

  @Test
  void withoutAnyLimitTheUserIsAsked() {
    var altered = withoutLimit();
    assertThat(altered.refusal())
        .isEqualTo(
            """
            BAD_INPUT: MODEL: no limit on the number of tokens is stated.
            Neither max_seq_length, nor model_max_length, nor max_position_embeddings says one.
            Give it with --max-length N.\
            """);
  }

  @Test
  void limitOfTheUserHoldsWhereTheFilesStateNone() {
    var told = new Instructions(List.of(), List.of(), Instructions.VectorLength.AS_COMPUTED, 48);
    var description = Description.read(withoutLimit().fetch(), told);
    assertThat(description.pipeline().maxTokens()).isEqualTo(48);
  }

  private AlteredCheckpoint withoutLimit() {
    return altered("bert-mean")
        .changing("tokenizer_config.json", json -> json.remove("model_max_length"))
        .changing("config.json", json -> json.remove("max_position_embeddings"));
  }

  @Test
  void limitOfTheUserWinsOverTheFiles() {
    var told = new Instructions(List.of(), List.of(), Instructions.VectorLength.AS_COMPUTED, 16);
    var description = Description.read(altered("bert-mean").fetch(), told);
    assertThat(description.pipeline().maxTokens()).isEqualTo(16);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {"`\"many\"`", "0", "-1", "12.5", "[]"})
  void sequenceLengthMustBeAPositiveNumber(String value) {
    assertThat(
            altered(
                    "bert-mean",
                    "sentence_bert_config.json",
                    json -> json.set("max_seq_length", Texts.json(value)))
                .refusal())
        .isEqualTo(
            """
            BAD_INPUT: sentence_bert_config.json: max_seq_length = %s, expected a positive whole \
            number.
            Take the file from the model's repository.\
            """
                .formatted(value));
  }
}
