package dev.embark.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.source.ModelReference.MavenArtifact;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MavenSourceTest {
  private static final MavenArtifact TINY = new MavenArtifact("dev.example", "tiny", "1.0");

  @TempDir Path place;
  private Path home;
  private Path remote;

  @BeforeEach
  void layOut() throws IOException {
    home = Files.createDirectories(place.resolve("home"));
    remote = Files.createDirectories(place.resolve("remote"));
    settings(remote.toUri().toString(), "");
  }

  private void settings(String mirror, String more) throws IOException {
    Files.createDirectories(home.resolve(".m2"));
    Files.writeString(
        home.resolve(".m2/settings.xml"),
        """
        <settings>
          %s
          <mirrors>
            <mirror><id>company</id><mirrorOf>*</mirrorOf><url>%s</url></mirror>
          </mirrors>
        </settings>
        """
            .formatted(more, mirror));
  }

  private Fetched fetch() {
    return new Sources(new SourceSettings(Map.of(), home), Progress.SILENT)
        .fetch(TINY, Wanted.EVERYTHING);
  }

  private Path jar() {
    return remote.resolve("dev/example/tiny/1.0/tiny-1.0.jar");
  }

  private Path unpacked() {
    return home.resolve(".cache/embark/maven/dev.example/tiny/1.0");
  }

  /// Publishes a jar; `entries` are names and contents in turn.
  private void publish(String... entries) throws IOException {
    Files.createDirectories(jar().getParent());
    try (var zip = new ZipOutputStream(Files.newOutputStream(jar()))) {
      for (int i = 0; i < entries.length; i += 2) {
        zip.putNextEntry(new ZipEntry(entries[i]));
        zip.write(entries[i + 1].getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    Files.writeString(
        jar().resolveSibling("tiny-1.0.pom"),
        """
        <project><modelVersion>4.0.0</modelVersion><groupId>dev.example</groupId>
          <artifactId>tiny</artifactId><version>1.0</version>
          <dependencies><dependency><groupId>not</groupId><artifactId>there</artifactId>
            <version>1</version></dependency></dependencies></project>
        """);
  }

  private void publishModel() throws IOException {
    publish(
        "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n",
        "META-INF/native.json", "{}",
        "dev/example/Tiny.class", "class",
        "models/tiny.onnx", "the model",
        "tiny-tokenizer.json", "{}");
  }

  private static Problem problem(ThrowingCallable call) {
    return catchThrowableOfType(Problem.class, call);
  }

  @Test
  void modelIsResolvedThroughTheMirrorAndUnpacked() throws IOException {
    publishModel();

    var fetched = fetch();

    assertThat(fetched.revision()).isEqualTo("1.0");
    assertThat(fetched.root()).isEqualTo(unpacked());
    assertThat(fetched.files())
        .containsExactly(Path.of("tiny-tokenizer.json"), Path.of("tiny.onnx"));
    assertThat(unpacked().resolve("tiny.onnx")).hasContent("the model");
    assertThat(home.resolve(".m2/repository/dev/example/tiny/1.0/tiny-1.0.jar")).exists();
  }

  @Test
  void unpackedModelIsUsedWithoutMaven() throws IOException {
    publishModel();
    var first = fetch();
    settings("file:///nowhere", "");
    Files.delete(home.resolve(".m2/repository/dev/example/tiny/1.0/tiny-1.0.jar"));

    assertThat(fetch()).isEqualTo(first);
  }

  @Test
  void truncatedFileIsUnpackedAgain() throws IOException {
    publishModel();
    fetch();
    Files.writeString(unpacked().resolve("tiny.onnx"), "the");

    fetch();

    assertThat(unpacked().resolve("tiny.onnx")).hasContent("the model");
  }

  @Test
  void nothingIsPrinted() throws IOException {
    publishModel();
    var out = System.out;
    var err = System.err;
    var printed = new ByteArrayOutputStream();
    try (var catcher = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      System.setOut(catcher);
      System.setErr(catcher);
      fetch();
    } finally {
      System.setOut(out);
      System.setErr(err);
    }

    assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void absentArtifactIsBadInput() {
    var problem = problem(this::fetch);

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem.what())
        .isEqualTo(
            "There is no artifact maven:dev.example:tiny:1.0 in company (" + remote.toUri() + ").");
  }

  @Test
  void repositoryThatDoesNotAnswerIsUnreachable() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      settings("http://user:secret@127.0.0.1:" + socket.getLocalPort() + "/maven", "");
    }

    var problem = problem(this::fetch);

    assertThat(problem.category()).isEqualTo(Category.UNREACHABLE);
    assertThat(problem.what())
        .startsWith("Cannot fetch maven:dev.example:tiny:1.0 from company (http://127.0.0.1:");
    assertThat(problem.why()).contains("refused");
    assertThat(problem.getMessage()).doesNotContain("secret");
  }

  @Test
  void offlineSettingsAreHeeded() throws IOException {
    publishModel();
    settings(remote.toUri().toString(), "<offline>true</offline>");

    var problem = problem(this::fetch);

    assertThat(problem.category()).isEqualTo(Category.UNREACHABLE);
    assertThat(problem)
        .hasMessage(
            """
            maven:dev.example:tiny:1.0 is not in the local Maven repository.
            Your Maven settings say offline, so nothing is fetched.
            Go online in settings.xml, or copy the artifact into the local repository.\
            """);
  }

  @Test
  void settingsThatCannotBeReadAreTold() throws IOException {
    Files.writeString(home.resolve(".m2/settings.xml"), "<settings>");

    var problem = problem(this::fetch);

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem.what()).isEqualTo("Your Maven settings cannot be read.");
    assertThat(problem.remedy()).isEqualTo("Mend settings.xml in " + home.resolve(".m2") + ".");
  }

  @Test
  void localRepositoryOfTheSettingsIsUsed() throws IOException {
    publishModel();
    var local = place.resolve("elsewhere");
    settings(remote.toUri().toString(), "<localRepository>" + local + "</localRepository>");

    fetch();

    assertThat(local.resolve("dev/example/tiny/1.0/tiny-1.0.jar")).exists();
  }

  @Test
  void jarWithoutOnnxIsBadInput() throws IOException {
    publish("dev/example/Tiny.class", "class");

    var problem = problem(this::fetch);

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem.what())
        .isEqualTo("maven:dev.example:tiny:1.0 carries 0 ONNX files, expected 1.");
    assertThat(unpacked()).doesNotExist();
  }

  @Test
  void jarWithTwoModelsIsBadInput() throws IOException {
    publish("a.onnx", "a", "b.onnx", "b");

    assertThat(problem(this::fetch).what())
        .isEqualTo("maven:dev.example:tiny:1.0 carries 2 ONNX files, expected 1.");
  }

  @Test
  void entryThatLeadsElsewhereIsRefused() throws IOException {
    publish("../../evil.onnx", "x");

    assertThat(problem(this::fetch).what())
        .isEqualTo(
            "maven:dev.example:tiny:1.0 has an entry \"../../evil.onnx\", which leads elsewhere.");
    assertThat(unpacked()).doesNotExist();
  }

  @Test
  void fileThatIsNoJarIsToldWithTheWayOut() throws IOException {
    publishModel();
    Files.writeString(jar(), "an error page of a proxy");

    var problem = problem(this::fetch);

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem.what()).isEqualTo("maven:dev.example:tiny:1.0 is not a jar.");
    assertThat(problem.remedy())
        .isEqualTo(
            "Delete "
                + home.resolve(".m2/repository/dev/example/tiny/1.0/tiny-1.0.jar")
                + ", so that Maven fetches it again.");
  }

  @Test
  void damagedEntryIsFoundByItsChecksum() throws IOException {
    publishModel();
    var bytes = Files.readAllBytes(jar());
    // The sum of models/tiny.onnx in the central directory, where readers look for it.
    int name = new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf("models/tiny.onnx");
    bytes[name - 46 + 16] ^= 1;
    Files.write(jar(), bytes);

    var problem = problem(this::fetch);

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem.what()).isEqualTo("models/tiny.onnx is damaged.");
    assertThat(unpacked()).doesNotExist();
  }

  @Test
  void cacheThatCannotBeWrittenIsTold() throws IOException {
    publishModel();
    Files.writeString(home.resolve(".cache"), "a file where a folder should be");

    var problem = problem(this::fetch);

    assertThat(problem.category()).isEqualTo(Category.UNWRITABLE);
    assertThat(problem.what()).isEqualTo("Cannot write " + unpacked() + ".");
  }
}
