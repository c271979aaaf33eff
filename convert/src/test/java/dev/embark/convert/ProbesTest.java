package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.convert.Conversion.Trust;
import dev.embark.convert.Probes.Probe;
import dev.embark.embed.Prompt;
import dev.embark.testing.Fixture;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProbesTest {
  @TempDir static Path cache;
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"bert-mean", "bert-max-nonorm", "bert-cased-meanmax"})
  void probesReachBelowToAndBeyondTheLimit(String name) {
    var bundle =
        Trial.of(Fixture.of(name).folder())
            .with(Trust.UNVERIFIED)
            .convert(folder.resolve("b"), cache);
    try (var model = Trial.open(bundle.folder(), cache)) {
      var embedder = model.embedder();
      int limit = embedder.pipeline().maxTokens();

      var probes = Probes.forModel(embedder);

      assertThat(probes).hasSizeGreaterThanOrEqualTo(64).doesNotHaveDuplicates();
      assertThat(probes).contains(new Probe("", new Prompt.None()));
      assertThat(probes)
          .extracting(probe -> embedder.encode(probe.text(), probe.prompt()).untruncatedLength())
          .contains(limit - 1, limit)
          .anyMatch(length -> length > limit);
      for (var prompt : embedder.pipeline().prompts().keySet()) {
        assertThat(probes).filteredOn(Probe::prompt, new Prompt.Named(prompt)).hasSize(2);
      }
      assertThat(scripts(probes)).contains(Character.UnicodeScript.HAN).hasSizeGreaterThan(8);
    }
  }

  private static List<Character.UnicodeScript> scripts(List<Probe> probes) {
    return probes.stream()
        .flatMapToInt(probe -> probe.text().codePoints())
        .mapToObj(Character.UnicodeScript::of)
        .distinct()
        .toList();
  }
}
