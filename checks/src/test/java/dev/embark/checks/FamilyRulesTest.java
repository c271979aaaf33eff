package dev.embark.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FamilyRulesTest {
  @TempDir private Path folder;

  @Test
  void everyFamilySaysWhereItComesFromAndIsListed() {
    assertThat(FamilyRules.incompleteFamilies(Repository.ours())).isEmpty();
  }

  @Test
  void aFamilyWithoutSourcesIsFound() throws IOException {
    plant("Families", "final class Families {}\n");
    plant(
        "Bert",
        """
        /// BERT.
        ///
        /// - Paper: <https://arxiv.org/abs/1810.04805>
        final class Bert implements Family {}
        """);

    assertThat(FamilyRules.incompleteFamilies(Repository.at(folder)))
        .extracting(Violation::message)
        .containsExactly(
            "its doc needs a line \"- Reference:\"",
            "its doc needs a line \"- Verified with:\"",
            "is not listed in Families.all()");
  }

  @Test
  void aCompleteFamilyIsFine() throws IOException {
    plant("Families", "final class Families { Object[] all = {new Bert()}; }\n");
    plant(
        "Bert",
        """
        /// BERT.
        ///
        /// - Paper: <https://arxiv.org/abs/1810.04805>
        /// - Reference: transformers
        /// - Verified with: `all-MiniLM-L6-v2`
        final class Bert implements Family {}
        """);

    assertThat(FamilyRules.incompleteFamilies(Repository.at(folder))).isEmpty();
  }

  private void plant(String name, String source) throws IOException {
    var file = folder.resolve("compiler/src/main/java/dev/embark/family/" + name + ".java");
    Files.createDirectories(file.getParent());
    Files.writeString(file, source);
  }
}
