package dev.embark.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RepositoryTest {
  @TempDir private Path folder;

  @Test
  void whatMavenBuildsIsLeftOutAndThePackageOfTheSameNameIsNot() throws IOException {
    write("core/pom.xml");
    write("core/target/A.java");
    write("core/src/main/java/dev/embark/target/B.java");

    assertThat(Repository.at(folder).mainSources())
        .containsExactly(Path.of("core/src/main/java/dev/embark/target/B.java"));
    assertThat(Repository.at(folder).files()).hasSize(2);
  }

  private void write(String path) throws IOException {
    Files.createDirectories(folder.resolve(path).getParent());
    Files.writeString(folder.resolve(path), "");
  }
}
