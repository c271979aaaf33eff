package dev.embark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.bundle.Pooling;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class PackagingTest {
  @TempDir Path temporary;
  private Path bundle = Path.of("");

  @BeforeEach
  void createBundle() throws IOException {
    bundle = Files.createDirectory(temporary.resolve("bundle"));
  }

  private ObjectNode written(Description description, String name) {
    description.packaging().writeTo(bundle);
    return Json.readObject(bundle.resolve(name));
  }

  private static Instructions told(Pooling... modes) {
    return new Instructions(List.of(), List.of(modes), Instructions.VectorLength.ONE, 0);
  }

  private static Instructions limit(int maxTokens) {
    return new Instructions(List.of(), List.of(), Instructions.VectorLength.AS_COMPUTED, maxTokens);
  }

  @Test
  void packagedModelKeepsItsFiles() {
    var altered = AlteredCheckpoint.of("bert-cls-dense", temporary);
    altered.describe().packaging().writeTo(bundle);
    for (var name :
        List.of(
            "config.json",
            "modules.json",
            "1_Pooling/config.json",
            "2_Dense/config.json",
            "2_Dense/model.safetensors",
            "3_Normalize/config.json",
            "sentence_bert_config.json",
            "config_sentence_transformers.json",
            "tokenizer_config.json")) {
      assertThat(bundle.resolve(name)).hasSameBinaryContentAs(altered.root().resolve(name));
    }
    assertThat(bundle.resolve("model.safetensors")).doesNotExist();
  }

  @Test
  void writtenPackagingIsReadBackAsTheSamePipeline() {
    var altered = AlteredCheckpoint.of("bert-plain", temporary);
    var told = Description.read(altered.fetch(), told(Pooling.CLS));
    told.packaging().writeTo(bundle);
    var readBack = new AlteredCheckpoint(bundle).describe();
    assertThat(readBack.pipeline()).isEqualTo(told.pipeline());
  }

  @Test
  void severalModesInTheOrderOfTheFlagsAreWrittenAsFlags() {
    var fetched = AlteredCheckpoint.of("bert-plain", temporary).fetch();
    var pooling =
        written(
            Description.read(fetched, told(Pooling.CLS, Pooling.MEAN)), "1_Pooling/config.json");
    assertThat(pooling.get("pooling_mode_cls_token").booleanValue()).isTrue();
    assertThat(pooling.get("pooling_mode_mean_tokens").booleanValue()).isTrue();
    assertThat(pooling.get("pooling_mode_max_tokens").booleanValue()).isFalse();
    assertThat(pooling.get("word_embedding_dimension").intValue()).isEqualTo(32);
  }

  @Test
  void severalModesInAnotherOrderAreReadBackInThatOrder() {
    var altered = AlteredCheckpoint.of("bert-plain", temporary);
    var told = Description.read(altered.fetch(), told(Pooling.MEAN, Pooling.CLS));
    told.packaging().writeTo(bundle);
    assertThat(
            new AlteredCheckpoint(bundle).describe().pipeline().embedding().orElseThrow().steps())
        .isEqualTo(told.pipeline().embedding().orElseThrow().steps());
  }

  @Test
  void tokenizerGetsTheLimitOfThePipelineAndNoPadding() {
    var altered = AlteredCheckpoint.of("bert-mean", temporary);
    altered.changing(
        "tokenizer.json",
        json -> {
          json.putObject("padding").putObject("strategy").put("Fixed", 128);
          json.putObject("truncation").put("max_length", 128);
        });
    var tokenizer = written(altered.describe(), "tokenizer.json");
    assertThat(tokenizer.get("padding").isNull()).isTrue();
    assertThat(Json.line(tokenizer.get("truncation")))
        .isEqualTo(
            """
            {"direction":"Right","max_length":64,"strategy":"LongestFirst","stride":0}\
            """);
  }

  @Test
  void limitOfTheUserReachesSentenceTransformers() {
    var altered = AlteredCheckpoint.of("bert-mean-oldstyle", temporary);
    var settings =
        written(Description.read(altered.fetch(), limit(16)), "sentence_bert_config.json");
    assertThat(Json.line(settings)).isEqualTo("{\"max_seq_length\":16,\"do_lower_case\":false}");
    assertThat(new AlteredCheckpoint(bundle).describe().pipeline().maxTokens()).isEqualTo(16);
  }

  @Test
  void limitOfTheUserReachesSentenceTransformersWhereNoneWasStated() {
    var altered = AlteredCheckpoint.of("bert-mean", temporary);
    Description.read(altered.fetch(), limit(16)).packaging().writeTo(bundle);
    assertThat(new AlteredCheckpoint(bundle).describe().pipeline().maxTokens()).isEqualTo(16);
  }

  @Test
  void settingsOfTheTransformerSurviveWhereModulesAreWritten() {
    var altered =
        AlteredCheckpoint.of("bert-plain", temporary)
            .with("sentence_bert_config.json", "{\"do_lower_case\": true}");
    altered.describe().packaging().writeTo(bundle);
    assertThat(new AlteredCheckpoint(bundle).describe().pipeline().reading().letters())
        .isEqualTo(altered.describe().pipeline().reading().letters());
  }

  @Test
  void tokenizerThatCameAloneGetsASmallConfiguration() {
    var altered =
        AlteredCheckpoint.of("bert-mean-oldstyle", temporary).without("tokenizer_config.json");
    var settings = written(altered.describe(), "tokenizer_config.json");
    assertThat(settings.get("tokenizer_class").stringValue()).isEqualTo("BertTokenizer");
    assertThat(settings.get("do_lower_case").booleanValue()).isTrue();
    assertThat(settings.get("model_max_length").intValue()).isEqualTo(64);
  }

  @Test
  void fileInTheWayIsReported() throws IOException {
    var description = AlteredCheckpoint.of("bert-mean", temporary).describe();
    Files.writeString(bundle.resolve("1_Pooling"), "in the way");
    var refusal =
        new AlteredCheckpoint(bundle).refusal(() -> description.packaging().writeTo(bundle));
    assertThat(refusal)
        .startsWith(Problem.Category.UNWRITABLE + ": Cannot write MODEL/1_Pooling/config.json.")
        .endsWith("Free space or choose another folder.");
  }
}
