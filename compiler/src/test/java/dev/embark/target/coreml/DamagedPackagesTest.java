package dev.embark.target.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.format.mlprogram.MlPackage;
import dev.embark.format.mlprogram.rules.Finding;
import dev.embark.format.mlprogram.rules.PackageRules;
import dev.embark.problem.Problem;
import dev.embark.target.coreml.Damage.Base;
import dev.embark.testing.Fixture;
import dev.embark.testing.Surgery;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Good packages are found good, and each way to spoil one is told by its own message.
final class DamagedPackagesTest {
  private static final Path FOREIGN = Path.of("..", "testdata", "coreml");
  private static final int LENGTH = 16;

  @TempDir static Path good;
  @TempDir Path folder;

  @BeforeAll
  static void writeGoodPackages() {
    var bert = Fixture.of("bert-mean");
    Packages.write(bert, LENGTH, CoreMlPrecision.FP32, MilOpset.COREML7, base(Base.FP32));
    Packages.write(bert, LENGTH, CoreMlPrecision.FP16, MilOpset.COREML7, base(Base.FP16));
    Packages.write(bert, LENGTH, CoreMlPrecision.INT8_WEIGHTS, MilOpset.COREML7, base(Base.BYTES));
    Packages.writeTwo(bert, LENGTH, 2 * LENGTH, base(Base.TWO_PROGRAMS));
    Surgery.copy(FOREIGN.resolve("tiny-state-spec9.mlpackage"), base(Base.STATE));
  }

  private static Path base(Base base) {
    return good.resolve(base + MlPackage.EXTENSION);
  }

  private static void requireFlawless(Path file) {
    try (var arena = Arena.ofConfined()) {
      PackageRules.requireFlawless(MlPackage.open(file, arena), file);
    }
  }

  static Stream<Damage> damages() {
    return Stream.of(FileDamages.all(), ProgramDamages.all(), InterfaceDamages.all())
        .flatMap(List::stream);
  }

  @ParameterizedTest
  @EnumSource(Base.class)
  void goodPackagesHaveNothingAgainstThem(Base base) {
    requireFlawless(base(base));
  }

  @ParameterizedTest
  @MethodSource("damages")
  void everyDamageIsTold(Damage damage) throws IOException {
    var copy = folder.resolve("copy" + MlPackage.EXTENSION);
    Surgery.copy(base(damage.base()), copy);
    damage.cut().into(copy);

    assertThatThrownBy(() -> requireFlawless(copy))
        .as(damage.name())
        .isInstanceOf(Problem.class)
        .hasMessageContaining(damage.message());
  }

  @Test
  void damagesAreOfManyKinds() {
    var names = damages().map(Damage::name).toList();
    assertThat(new HashSet<>(names)).hasSameSizeAs(names).hasSizeGreaterThan(100);
  }

  /// What coremltools writes is sound, but for scales of 0 where a whole row is.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "tiny-int4-block32-spec9",
        "tiny-int8-asym-spec8",
        "tiny-int8-fp16-spec8",
        "tiny-int8-spec7",
        "tiny-int8-spec8",
        "tiny-int8-spec9",
        "tiny-int8-tensor-spec8",
        "tiny-state-spec9"
      })
  void packagesOfStrangersAreSound(String name) {
    var file = FOREIGN.resolve(name + MlPackage.EXTENSION);
    try (var arena = Arena.ofConfined()) {
      var opened = MlPackage.open(file, arena);
      PackageRules.requireSound(opened, file);
      var whats = new ArrayList<String>();
      PackageRules.check(opened).stream().map(Finding::what).forEach(whats::add);
      assertThat(whats).allMatch(what -> what.contains("a scale is 0"));
    }
  }
}
