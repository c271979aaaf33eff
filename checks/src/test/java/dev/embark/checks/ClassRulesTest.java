package dev.embark.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ClassRulesTest {
  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("/jmh_generated/"))
          .importPackages("dev.embark");

  @TempDir private Path folder;

  static List<ArchRule> rules() {
    return List.of(
        ClassRules.plan(),
        ClassRules.packagesFreeOfCycles(),
        ClassRules.onnxRuntimeIsFenced(),
        ClassRules.nativeCodeIsFenced(),
        ClassRules.namesSayWhatAThingIs(),
        ClassRules.noMutableStaticState(),
        ClassRules.oneExceptionType(),
        ClassRules.noReflection(),
        ClassRules.onlyTheCommandLinePrints(),
        ClassRules.classesAreFinal());
  }

  @ParameterizedTest
  @MethodSource("rules")
  void theHouseKeepsTheRule(ArchRule rule) {
    rule.check(OURS);
  }

  @Test
  void everyModuleIsLookedAt() {
    assertThat(OURS.contain("dev.embark.problem.Problem")).isTrue();
    assertThat(OURS.contain("dev.embark.cli.Main")).isTrue();
    assertThat(OURS.stream().map(seen -> seen.getPackageName()))
        .doesNotContain("dev.embark.checks");
  }

  @Test
  void aFloorDoesNotUseTheFloorAbove() {
    assertBroken(
        ClassRules.plan(),
        "floor core may use only",
        "package dev.embark.embed; public final class Embedder {}",
        "package dev.embark.bundle; final class Rogue { dev.embark.embed.Embedder embedder; }");
  }

  @Test
  void compileArmAndServeArmDoNotSeeEachOther() {
    assertBroken(
        ClassRules.plan(),
        "floor runtime may use only core",
        "package dev.embark.graph; public final class Graph {}",
        "package dev.embark.embed; final class Rogue { dev.embark.graph.Graph graph; }");
    assertBroken(
        ClassRules.plan(),
        "floor compiler may use only core",
        "package dev.embark.tokenize; public final class Tokenizer {}",
        "package dev.embark.pass; final class Rogue { dev.embark.tokenize.Tokenizer[] all; }");
  }

  @Test
  void aRoomDoesNotUseTheRoomsBelowIt() {
    assertBroken(
        ClassRules.plan(),
        "tensor stands above bundle and may not use it",
        "package dev.embark.bundle; public final class Manifest {}",
        "package dev.embark.tensor; final class Rogue { dev.embark.bundle.Manifest manifest; }");
  }

  @Test
  void familiesPassesTargetsAndBackendsDoNotSeeTheirSiblings() {
    assertBroken(
        ClassRules.plan(),
        "pass and family do not see each other",
        "package dev.embark.family; public final class Bert {}",
        "package dev.embark.pass; final class Rogue { dev.embark.family.Bert bert; }");
    assertBroken(
        ClassRules.plan(),
        "target.onnx and target.coreml do not see each other",
        "package dev.embark.target.coreml; public final class Program {}",
        "package dev.embark.target.onnx; final class Rogue { dev.embark.target.coreml.Program p; }");
    assertBroken(
        ClassRules.plan(),
        "backend.rknn and backend.onnxruntime do not see each other",
        "package dev.embark.backend.onnxruntime; public final class Driver {}",
        "package dev.embark.backend.rknn; final class R { dev.embark.backend.onnxruntime.Driver d; }");
  }

  @Test
  void aRoomMayUseTheRoomItLiesIn() {
    var classes =
        new Planted(folder)
            .classes(
                "package dev.embark.target; public interface Target {}",
                "package dev.embark.target.onnx; final class O implements dev.embark.target.Target {}");

    ClassRules.plan().check(classes);
  }

  @Test
  void aPackageWithoutAPlaceIsAskedToTakeOne() {
    assertBroken(
        ClassRules.plan(),
        "package dev.embark.attic has no place in the plan",
        "package dev.embark.problem; public final class P {}",
        "package dev.embark.attic; final class Rogue { dev.embark.problem.P p; }");
  }

  @Test
  void aCycleOfPackagesIsFound() {
    assertBroken(
        ClassRules.packagesFreeOfCycles(),
        "Cycle detected",
        "package dev.embark.tensor; public final class A { dev.embark.bundle.B b; }",
        "package dev.embark.bundle; public final class B { dev.embark.tensor.A a; }");
  }

  @Test
  void onnxRuntimeOutsideItsBackendIsFound() {
    assertBroken(
        ClassRules.onnxRuntimeIsFenced(),
        "only backend.onnxruntime knows ONNX Runtime",
        "package ai.onnxruntime; public final class OrtThing {}",
        "package dev.embark.embed; final class Rogue { ai.onnxruntime.OrtThing thing; }");
  }

  @Test
  void nativeCallsOutsideABackendAreFound() {
    assertBroken(
        ClassRules.nativeCodeIsFenced(),
        "only backends call native code",
        "package dev.embark.tensor; final class Rogue { java.lang.foreign.Linker linker; }");
  }

  @Test
  void emptyNamesAreFound() {
    assertBroken(
        ClassRules.namesSayWhatAThingIs(),
        "dev.embark.tensor.TensorUtils has a name that fits anything",
        "package dev.embark.tensor; final class TensorUtils {}");
    assertBroken(
        ClassRules.namesSayWhatAThingIs(),
        "dev.embark.tensor.AbstractTensor has a name that fits anything",
        "package dev.embark.tensor; interface AbstractTensor {}");
  }

  @Test
  void mutableStaticStateIsFound() {
    assertBroken(
        ClassRules.noMutableStaticState(),
        "dev.embark.tensor.Rogue.count is static state",
        "package dev.embark.tensor; final class Rogue { private static int count; }");
    assertBroken(
        ClassRules.noMutableStaticState(),
        "dev.embark.tensor.Rogue.SIZES is static state",
        "package dev.embark.tensor; final class Rogue { static final int[] SIZES = {1}; }");
  }

  @Test
  void anotherExceptionTypeIsFound() {
    assertBroken(
        ClassRules.oneExceptionType(),
        "a Problem with a category says more than a type",
        "package dev.embark.tensor; final class Oops extends RuntimeException {}");
  }

  @Test
  void reflectionIsFound() {
    assertBroken(
        ClassRules.noReflection(),
        "what is called by name is found by no compiler",
        "package dev.embark.tensor; final class Rogue { java.lang.reflect.Method method; }");
  }

  @Test
  void printingLibrariesAreFound() {
    assertBroken(
        ClassRules.onlyTheCommandLinePrints(),
        "a library neither prints nor ends the process",
        "package dev.embark.tensor; final class Rogue { void say() { System.out.println(1); } }");
  }

  @Test
  void classesOpenToExtensionAreFound() {
    assertBroken(
        ClassRules.classesAreFinal(),
        "say sealed or final",
        "package dev.embark.tensor; class Rogue {}");
  }

  private void assertBroken(ArchRule rule, String message, String... sources) {
    var classes = new Planted(folder.resolve("case" + message.hashCode())).classes(sources);

    assertThatThrownBy(() -> rule.check(classes))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(message);
  }
}
