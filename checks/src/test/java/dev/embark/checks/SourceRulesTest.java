package dev.embark.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.checks.JavaSources.Depth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SourceRulesTest {
  private static final Repository OURS = Repository.ours();

  @TempDir private Path folder;

  @Test
  void switchesOverOurTypesNameEveryCase() {
    var sources = JavaSources.read(OURS.root(), OURS.mainSources(), Depth.TYPES);

    assertThat(SourceRules.defaultsOverClosedTypes(sources)).isEmpty();
  }

  @Test
  void filesAndFunctionsAreShort() {
    var sources = JavaSources.read(OURS.root(), OURS.named(".java"), Depth.SYNTAX);
    var exceptions =
        SizeRules.exceptions(OURS.lines(Path.of("checks/src/test/resources/size-exceptions.txt")));

    assertThat(SizeRules.judge(SizeRules.tooLong(OURS, sources), exceptions)).isEmpty();
  }

  @Test
  void testsDoNotSkipThemselves() {
    var sources = JavaSources.read(OURS.root(), OURS.testSources(), Depth.SYNTAX);

    assertThat(SourceRules.testsThatMaySkip(sources)).isEmpty();
  }

  @Test
  void docsAreMarkdown() {
    assertThat(SourceRules.oldDocComments(OURS)).isEmpty();
  }

  @Test
  void everyPackageSaysWhatItIsAndThatItKnowsNoNull() {
    assertThat(SourceRules.packagesWithoutNullMark(OURS)).isEmpty();
  }

  @Test
  void aDefaultOverAnEnumOfOursIsFound() {
    var sources =
        plant(
            """
            package dev.embark.tensor;
            enum Kind { A, B }
            final class Rogue {
              int of(Kind kind) {
                return switch (kind) {
                  case A -> 1;
                  default -> 2;
                };
              }
            }
            """);

    assertThat(SourceRules.defaultsOverClosedTypes(sources))
        .singleElement()
        .hasToString(
            "core/src/main/java/Rogue.java:5: name every case of our own type instead of a default");
  }

  @Test
  void aDefaultOverASealedTypeOfOursIsFound() {
    var sources =
        plant(
            """
            package dev.embark.tensor;
            sealed interface Kind { record A() implements Kind {} record B() implements Kind {} }
            final class Rogue {
              void of(Kind kind) {
                switch (kind) {
                  case Kind.A() -> {}
                  default -> {}
                }
              }
            }
            """);

    assertThat(SourceRules.defaultsOverClosedTypes(sources)).hasSize(1);
  }

  @Test
  void aDefaultOverTextOrATypeOfOthersIsFine() {
    var sources =
        plant(
            """
            package dev.embark.tensor;
            final class Fine {
              int of(String text, java.util.concurrent.TimeUnit unit) {
                return switch (text) { case "a" -> 1; default -> 2; }
                    + switch (unit) { case DAYS -> 1; default -> 2; };
              }
            }
            """);

    assertThat(SourceRules.defaultsOverClosedTypes(sources)).isEmpty();
  }

  @Test
  void aTestThatMaySkipIsFound() {
    var sources =
        plant(
            """
            package dev.embark.tensor;
            final class Rogue {
              @org.junit.jupiter.api.Disabled void a() {}
              @org.junit.jupiter.api.condition.EnabledOnJre void b() {}
              void c() { org.junit.jupiter.api.Assumptions.abort(); }
              void d() { assumeTrue(false); }
              @org.junit.jupiter.api.condition.DisabledOnOs void fine() {}
            }
            """,
            Depth.SYNTAX);

    assertThat(SourceRules.testsThatMaySkip(sources)).hasSize(4);
  }

  @Test
  void anOldDocCommentIsFound() throws IOException {
    var repository = repository("package dev.embark.tensor;\n/" + "** Old. */\nclass Rogue {}\n");

    assertThat(SourceRules.oldDocComments(repository))
        .singleElement()
        .extracting(Violation::line)
        .isEqualTo(2L);
  }

  @Test
  void aPackageWithoutNullMarkIsFound() throws IOException {
    var repository = repository("package dev.embark.tensor;\nclass Rogue {}\n");

    assertThat(SourceRules.packagesWithoutNullMark(repository))
        .singleElement()
        .extracting(Violation::message)
        .isEqualTo("is missing: say what the package is, @NullMarked");
  }

  @Test
  void aLongFunctionAndALongFileAreFound() throws IOException {
    var body = "    int x;\n".repeat(70);
    var repository =
        repository(
            "class Rogue {\n  void walk() {\n{\n" + body + "}\n  }\n}\n" + "//\n".repeat(430));
    var sources = JavaSources.read(repository.root(), repository.named(".java"), Depth.SYNTAX);

    assertThat(SizeRules.tooLong(repository, sources))
        .containsExactly(
            Map.entry("core/src/main/java/Rogue.java", 506L),
            Map.entry("core/src/main/java/Rogue.java#walk", 74L));
  }

  @Test
  void sizeExceptionsMayOnlyShrink() {
    var tooLong = Map.of("A.java", 600L, "B.java#b", 80L);

    assertThat(SizeRules.judge(tooLong, Map.of("A.java", 600L, "B.java#b", 80L))).isEmpty();
    assertThat(SizeRules.judge(tooLong, Map.of("A.java", 590L, "B.java#b", 90L)))
        .containsExactlyInAnyOrder(
            "A.java has 600 lines, allowed are 590: cut it in two",
            "B.java#b has shrunk to 80 lines: write that into the exceptions");
    assertThat(SizeRules.judge(Map.of(), Map.of("A.java", 600L)))
        .containsExactly("A.java is short enough now: take it off the exceptions");
    assertThat(SizeRules.judge(tooLong, Map.of()))
        .contains("A.java has 600 lines, allowed are 500: cut it in two");
  }

  private JavaSources plant(String source) {
    return plant(source, Depth.TYPES);
  }

  private JavaSources plant(String source, Depth depth) {
    try {
      var repository = repository(source);
      return JavaSources.read(repository.root(), repository.named(".java"), depth);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Repository repository(String source) throws IOException {
    var file = folder.resolve("core/src/main/java/Rogue.java");
    Files.createDirectories(file.getParent());
    Files.writeString(file, source);
    return Repository.at(folder);
  }
}
