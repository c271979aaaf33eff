package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.bundle.Output;
import dev.embark.convert.Conversion.Trust;
import dev.embark.embed.Engine;
import dev.embark.embed.Input;
import dev.embark.embed.Prompt;
import dev.embark.problem.Problem;
import dev.embark.target.coreml.MilOpset;
import dev.embark.testing.Fixture;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
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
      var engine = model.embedder().engine();
      var output = engine.pipeline().embedding().orElseThrow();
      int limit = engine.pipeline().maxTokens();

      var chosen = Probes.of(engine, output, Integer.MAX_VALUE, Long.MAX_VALUE);

      var probes = chosen.inputs();
      assertThat(chosen.isShortened()).isFalse();
      assertThat(probes).hasSizeGreaterThanOrEqualTo(64).doesNotHaveDuplicates();
      assertThat(probes).contains(Input.of("", new Prompt.None()));
      assertThat(probes)
          .extracting(probe -> engine.encode(probe, output).untruncatedLength())
          .contains(limit - 1, limit)
          .anyMatch(length -> length > limit);
      for (var prompt : engine.pipeline().prompts().keySet()) {
        assertThat(probes)
            .filteredOn(it -> promptOf(it).equals(new Prompt.Named(prompt)))
            .hasSize(2);
      }
      assertThat(scripts(probes)).contains(Character.UnicodeScript.HAN).hasSizeGreaterThan(8);

      var some = Probes.of(engine, output, 24, Long.MAX_VALUE).inputs();
      assertThat(some).hasSize(24).doesNotHaveDuplicates();
      assertThat(some.stream().map(probes::indexOf).toList())
          .isSorted()
          .contains(0)
          .anyMatch(place -> place > probes.size() - 4);
    }
  }

  @Test
  void largeModelsGetFewAndShortProbes() {
    var bundle =
        Trial.of(Fixture.of("bert-mean").folder())
            .with(Trust.UNVERIFIED)
            .convert(folder.resolve("b"), cache);
    try (var model = Trial.open(bundle.folder(), cache)) {
      var engine = model.embedder().engine();
      var output = engine.pipeline().embedding().orElseThrow();

      var chosen = Probes.of(engine, output, Integer.MAX_VALUE, 300);

      assertThat(chosen.isShortened()).isTrue();
      assertThat(chosen.inputs()).hasSizeBetween(8, 40);
      assertThat(chosen.inputs().stream().mapToInt(it -> engine.encode(it, output).length()).sum())
          .isLessThanOrEqualTo(300);
    }
  }

  @Test
  void aSimulatorIsAskedWhatItCanCompute() {
    var target = Target.CoreMl.of("bert-mean", MilOpset.COREML7);
    var bundle =
        Trial.of(Fixture.of("bert-mean").folder())
            .with(Recipe.coreMl(Precision.FP32, target, List.of(16, 32, 64)))
            .with(Trust.UNVERIFIED)
            .convert(folder.resolve("b"), cache);
    try (var model = Trial.open(bundle.folder(), cache)) {
      var engine = model.embedder().engine();
      var output = engine.pipeline().embedding().orElseThrow();
      var all = Probes.of(engine, output, Integer.MAX_VALUE, Long.MAX_VALUE).inputs();

      assertThat(lengths(Probes.ofSimulator(all, engine, output, 1_000), engine, output))
          .containsExactly(16, 16, 16, 32, 64);
      var large = Probes.ofSimulator(all, engine, output, 80);
      assertThat(lengths(large, engine, output)).containsExactly(16, 16, 16, 32);
      assertThat(large.untried()).containsExactly(64);
      var larger = Probes.ofSimulator(all, engine, output, 35);
      assertThat(lengths(larger, engine, output)).containsExactly(16, 16);
      assertThat(larger.untried()).containsExactly(32, 64);
      assertThatThrownBy(() -> Probes.ofSimulator(all, engine, output, 15))
          .isInstanceOf(Problem.class)
          .hasMessageContaining("too large to be proven");
    }
  }

  /// Returns the lengths to which probes are filled up.
  private static List<Integer> lengths(Probes.Chosen chosen, Engine engine, Output output) {
    return chosen.inputs().stream()
        .map(input -> {
          int own = engine.encode(input, output).length();
          return engine.lengths().stream().filter(length -> length >= own).findFirst().orElse(0);
        })
        .toList();
  }

  private static Prompt promptOf(Input input) {
    return input instanceof Input.Text(_, var prompt, _) ? prompt : new Prompt.Default();
  }

  private static List<Character.UnicodeScript> scripts(List<Input> probes) {
    return probes.stream()
        .flatMapToInt(probe ->
            probe instanceof Input.Text(var text, _, _) ? text.codePoints() : IntStream.empty())
        .mapToObj(Character.UnicodeScript::of)
        .distinct()
        .toList();
  }
}
