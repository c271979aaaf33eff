package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.bundle.Pipeline;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ResolvedTest {
  /// Multiplications a token of Qwen3-Embedding-0.6B without its tables.
  private static final Work LARGE = new Work(440_401_920);

  private static final Work SMALL = new Work(10_616_832);

  @TempDir static Path cache;
  @TempDir Path folder;

  private Pipeline pipeline(String name) {
    return Trial.of(name, Fixtures.describe(name))
        .with(Conversion.Trust.UNVERIFIED)
        .convert(folder.resolve(name), cache)
        .manifest()
        .pipeline();
  }

  @Test
  void largeModelsGetALengthThatASimulatorCanCompute() {
    var notes = new ArrayList<String>();
    var vectors = pipeline("qwen3-lasttoken-bf16-sharded");
    var scores = pipeline("reranker-qwen3-yesno");
    var wanted = new Shapes.Fixed(1, List.of(128, 256));

    assertThat(Resolved.provable(wanted, SMALL, vectors, notes)).isEqualTo(wanted);
    assertThat(notes).isEmpty();

    assertThat(Resolved.provable(wanted, LARGE, vectors, notes))
        .isEqualTo(new Shapes.Fixed(1, List.of(16, 128, 256)));
    assertThat(notes).singleElement().asString().contains("16 tokens", "hours for 128");

    assertThat(Resolved.provable(wanted, LARGE, scores, notes))
        .as("a prompt takes its place")
        .isEqualTo(new Shapes.Fixed(1, List.of(112, 128, 256)));
  }

  @Test
  void whatIsShortAlreadyStaysAsItIs() {
    var notes = new ArrayList<String>();
    var vectors = pipeline("qwen3-lasttoken-bf16-sharded");
    var wanted = new Shapes.Fixed(1, List.of(16, 512));
    assertThat(Resolved.provable(wanted, LARGE, vectors, notes)).isEqualTo(wanted);
    assertThat(Resolved.provable(new Shapes.Dynamic(), LARGE, vectors, notes))
        .isEqualTo(new Shapes.Dynamic());
    assertThat(notes).isEmpty();
  }
}
