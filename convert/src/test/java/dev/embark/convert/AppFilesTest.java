package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.bundle.Bundle;
import dev.embark.embed.ModelFiles;
import dev.embark.format.json.Json;
import dev.embark.target.coreml.MilOpset;
import dev.embark.testing.Fixture;
import dev.embark.tokenize.Tokens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What an app reads of a bundle is enough to come to the tokens of the samples.
final class AppFilesTest {
  @TempDir static Path cache;
  @TempDir Path folder;

  private Bundle convert(String name, Conversion.Trust trust, List<Integer> lengths) {
    return Trial.of(Fixture.of(name).folder())
        .with(Recipe.coreMl(Precision.FP32, Target.CoreMl.of(name, MilOpset.COREML7), lengths))
        .with(trust)
        .convert(folder.resolve(name), cache);
  }

  private static JsonNode description(Bundle bundle) {
    return Json.readObject(bundle.folder().resolve("coreml/app.json"));
  }

  /// Reads a text as `TokenReader.swift` does.
  private static List<Integer> ids(Bundle bundle, JsonNode app, JsonNode sample) {
    var tokenizer = ModelFiles.of(bundle).openTokenizer();
    var tokens = new Tokens();
    var ids = new ArrayList<Integer>();
    if (sample.has("document")) {
      var pair = app.path("pair");
      pair.path("head").forEach(id -> ids.add(id.asInt()));
      tokenizer.encodeBare(sample.path("text").asString(), 1000, tokens);
      add(tokens, ids);
      pair.path("middle").forEach(id -> ids.add(id.asInt()));
      tokenizer.encodeBare(sample.path("document").asString(), 1000, tokens);
      add(tokens, ids);
      pair.path("tail").forEach(id -> ids.add(id.asInt()));
      return ids;
    }
    var prompt = app.path("prompts").path(sample.path("prompt").asString(""));
    var single = app.path("single");
    single.path("head").forEach(id -> ids.add(id.asInt()));
    tokenizer.encodeBare(
        prompt.path("text").asString("") + sample.path("text").asString(), 1000, tokens);
    add(tokens, ids);
    single.path("tail").forEach(id -> ids.add(id.asInt()));
    return ids;
  }

  private static void add(Tokens tokens, List<Integer> ids) {
    for (int i = 0; i < tokens.length(); i++) {
      ids.add(tokens.id(i));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-mean",
        "bert-weightedmean-noprompt",
        "gemma3-bidir-mean-dense2-bf16",
        "qwen3-lasttoken-bf16-sharded",
        "reranker-bert",
        "reranker-roberta",
        "t5-encoder-mean-dense",
        "xlmroberta-mean-fp16"
      })
  void samplesCanBeReadFromWhatIsSaid(String name) {
    var bundle = convert(name, Conversion.Trust.VERIFIED, List.of(128));
    var app = description(bundle);

    assertThat(app.path("samples").size()).isBetween(3, 6);
    for (var sample : app.path("samples")) {
      var expected = sample.path("input_ids").valueStream().map(JsonNode::asInt).toList();
      assertThat(ids(bundle, app, sample)).as(sample.path("text").asString()).isEqualTo(expected);
      assertThat(sample.path("values").size()).isEqualTo(app.path("values").asInt());
      long uncounted =
          sample.path("attention_mask").valueStream().filter(each -> each.asInt() == 2).count();
      var prompt = app.path("prompts").path(sample.path("prompt").asString(""));
      assertThat(uncounted).isEqualTo(prompt.path("uncounted").asInt(0));
    }
  }

  @Test
  void tokensOfTheSecondTextHaveTheirSegment() {
    var app = description(convert("reranker-bert", Conversion.Trust.VERIFIED, List.of(128)));

    assertThat(app.at("/pair/second_type").asInt()).isEqualTo(1);
    assertThat(app.path("output").asString()).isEqualTo("score");
    var types = app.at("/samples/0/token_type_ids");
    assertThat(types.get(0).asInt()).isZero();
    assertThat(types.get(types.size() - 1).asInt()).isEqualTo(1);
  }

  @Test
  void everyPackageIsNamedWithItsLength() {
    var bundle = convert("bert-mean", Conversion.Trust.UNVERIFIED, List.of(16, 64));
    var app = description(bundle);

    var programs = app.at("/variants/0/programs");
    assertThat(programs).hasSize(2);
    for (var program : programs) {
      assertThat(bundle.folder().resolve("coreml").resolve(program.path("package").asString()))
          .isDirectory();
      assertThat(program.has("function")).isFalse();
    }
    assertThat(app.path("samples")).isEmpty();
    assertThat(bundle.folder().resolve("coreml/EmbarkKit/Package.swift")).isRegularFile();
  }
}
