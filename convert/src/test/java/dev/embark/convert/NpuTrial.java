package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.embark.Devices;
import dev.embark.Embark;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.WantedVariant;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Prompt;
import dev.embark.embed.RerankRequest;
import dev.embark.embed.TextPair;
import dev.embark.progress.Progress;
import dev.embark.testing.Fixture;
import dev.embark.toolchain.Toolchain;
import dev.embark.verify.Comparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Conversions for devices whose vendors' simulators compute them, held against the originals.
///
/// @param cache where the vendor's compiler is installed
record NpuTrial(Path cache) {
  /// Tokens that a yes/no reranker puts around two texts, and short texts.
  static final int PROMPTED_TOKENS = 176;

  /// Puts a compiler, which a system property names, where it would be installed.
  ///
  /// @param root folder of the compiler, of the one that the property names
  static NpuTrial install(Toolchain toolchain, Path root, Path cache) throws IOException {
    var place = cache.resolve("toolchains").resolve(toolchain.name() + "-" + toolchain.version());
    Files.createDirectories(place.getParent());
    Files.createSymbolicLink(place, root.toAbsolutePath());
    return new NpuTrial(cache);
  }

  /// Returns the folder that `-Dembark.NAME.toolchain` has to name.
  static Path named(Toolchain toolchain) {
    var property = "embark." + toolchain.name() + ".toolchain";
    var named = System.getProperty(property, "");
    if (named.isEmpty()) {
      throw new IllegalStateException("-D" + property + "=… has to name the compiler");
    }
    return Path.of(named);
  }

  Bundle convert(String name, Recipe recipe, Path target) {
    return Trial.of(name, Fixtures.describe(name)).with(recipe).convert(target, cache);
  }

  Embark open(Path bundle) {
    return Embark.open(
        bundle,
        new Embark.Options(
            EmbedSettings.defaults(),
            new WantedVariant.Preferred(),
            Devices.SIMULATED,
            cache,
            Progress.SILENT));
  }

  /// Asks for the vectors of some texts that are short enough.
  ///
  /// @param most how many
  void requireVectors(String name, Path bundle, int tokens, int most, double cosine) {
    var answers = Fixture.of(name).answers();
    try (var model = open(bundle)) {
      int compared = 0;
      for (int i = 0; i < answers.texts().size() && compared < most; i++) {
        if (answers.ids()[i].length <= tokens) {
          var vector = model.embedder().embed(answers.texts().get(i), new Prompt.None()).vector();
          assertThat(Comparison.cosine(vector, answers.embeddings()[i]))
              .as("text %d", i)
              .isGreaterThan(cosine);
          compared++;
        }
      }
      assertThat(compared).isPositive();
    }
  }

  /// Asks for the scores of some pairs that are short enough.
  ///
  /// @param most how many
  void requireScores(String name, Path bundle, int tokens, int most, float limit) {
    var golden = Fixture.of(name).golden();
    try (var model = open(bundle)) {
      int compared = 0;
      for (int i = 0; i < golden.path("pairs").size() && compared < most; i++) {
        if (golden.path("input_ids").path(i).size() <= tokens) {
          var pair = golden.path("pairs").path(i);
          var texts = new TextPair(pair.path(0).asString(), pair.path(1).asString());
          var score = model.reranker().score(texts, RerankRequest.usual()).values()[0];
          assertThat(score)
              .as("pair %d", i)
              .isCloseTo((float) golden.path("scores").path(i).asDouble(), offset(limit));
          compared++;
        }
      }
      assertThat(compared).isPositive();
    }
  }
}
