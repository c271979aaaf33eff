package dev.embark.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DocumentsTest {
  private static final Repository OURS = Repository.ours();
  private static final Names NAMES = Names.of(OURS);

  @TempDir private Path folder;

  @Test
  void everyNameInADocumentLeadsSomewhere() {
    assertThat(new Documents(OURS, NAMES, othersNames()).deadNames()).isEmpty();
  }

  @Test
  void everyNameOfOthersIsUsedAndNotOurs() {
    var words = new Documents(OURS, NAMES, Set.of()).words();

    assertThat(words).containsAll(othersNames());
    assertThat(othersNames()).noneMatch(NAMES::hasClass);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[a](missing.md)",
        "[a](guide.md#no-such-heading)",
        "[a](../outside.md)",
        "`docs/missing.txt`",
        "`./missing`",
        "`family/Missing.java`",
        "`NoSuchClass`",
        "`Guide.NoSuchClass`",
        "`dev.embark.nowhere`"
      })
  void aNameThatLeadsNowhereIsFound(String text) throws IOException {
    assertThat(planted(text).deadNames()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[a](guide.md)",
        "[a](guide.md#how-to-read-it)",
        "[a](https://example.org/missing)",
        "[a](mailto:a@example.org)",
        "`docs/guide.md`",
        "`guide.md`",
        "`docs/`",
        "`config.json` and `sentence-transformers/all-MiniLM-L6-v2`",
        "`family/<Name>.java` and `docs/*.txt`",
        "`MemorySegment`, `Map.Entry`, `CommandLine`, `Problem`",
        "`LayerNormalization`",
        "`dev.embark.problem` and `dev.embark.problem.Problem`",
        "`BERT`, `int64`, `[batch, sequence]`",
        "```\n`docs/missing.txt`\n```"
      })
  void aNameThatLeadsSomewhereIsFine(String text) throws IOException {
    assertThat(planted(text).deadNames()).isEmpty();
  }

  private Documents planted(String text) throws IOException {
    Files.createDirectories(folder.resolve("docs"));
    Files.writeString(
        folder.resolve("docs/guide.md"), "# Guide\n## How to read it?\n" + text + "\n");
    return new Documents(Repository.at(folder), NAMES, Set.of("LayerNormalization"));
  }

  private static Set<String> othersNames() {
    return OURS.lines(Path.of("checks/src/test/resources/names-of-others.txt")).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(line -> line.strip().split(" +", 2)[0])
        .collect(Collectors.toSet());
  }
}
