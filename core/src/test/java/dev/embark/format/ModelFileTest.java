package dev.embark.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class ModelFileTest {
  @Test
  void whatIsBesideAFileIsNamedAsTheFileIs() {
    var here = Path.of("pom.xml");

    assertThat(ModelFile.beside(here, "pom.xml")).isEqualTo(here);
    assertThat(ModelFile.beside(here.toAbsolutePath(), "pom.xml")).isEqualTo(here.toAbsolutePath());
  }
}
