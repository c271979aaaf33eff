package dev.embark.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The launcher, run by the system's shell in a clone of nothing but itself, with a Maven and JDKs
/// that only say how they were called.
final class LauncherTest {
  private static final List<String> TOOLS =
      List.of("cat", "find", "grep", "head", "ln", "mkdir", "mv", "ps", "readlink", "rm", "sleep");

  private static final String SAYING_JAVA =
      """
      #!/bin/sh
      printf '%s\\n' "java $0" "$@" "LC_ALL=${LC_ALL:-}" "ORT=$ORT_DISABLE_TELEMETRY"
      """;

  /// Waits for the gate to open where a test closed it, then "builds".
  private static final String SAYING_MAVEN =
      """
      #!/bin/sh
      echo "mvn $* with $JAVA_HOME" >>builds
      while [ -e closed ]; do sleep 0.05; done
      [ -e broken ] && { cat broken; exit 1; }
      mkdir -p cli/target/lib
      : >cli/target/embark.jar
      """;

  @TempDir private Path temporary;

  private Path clone;
  private Path jdk;
  private Path bin;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void makeClone() throws IOException {
    clone = Files.createDirectories(temporary.resolve("my clone"));
    bin = Files.createDirectories(temporary.resolve("bin"));
    Files.copy(Repository.ours().root().resolve("embark"), clone.resolve("embark"));
    executable(clone.resolve("embark"));
    Files.createDirectories(clone.resolve("cli/src/main"));
    Files.writeString(clone.resolve("cli/src/main/A.java"), "");
    for (var tool : TOOLS) {
      for (var folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
        if (Files.exists(Path.of(folder, tool)) && !Files.exists(bin.resolve(tool))) {
          script(bin.resolve(tool), "#!/bin/sh\nexec '" + Path.of(folder, tool) + "' \"$@\"\n");
        }
      }
    }
    script(bin.resolve("mvn"), SAYING_MAVEN);
    jdk = jdk("jdk 25", "25.0.3");
    environment.put("PATH", bin.toString());
    environment.put("EMBARK_JAVA_HOME", jdk.toString());
    environment.put("LANG", "C.UTF-8");
  }

  private Path jdk(String name, String version) throws IOException {
    var home = temporary.resolve(name);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\nOS=\"Y\"\n");
    script(home.resolve("bin/java"), SAYING_JAVA);
    script(home.resolve("bin/javac"), SAYING_JAVA);
    return home;
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    executable(file);
  }

  private static void executable(Path file) {
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private record Run(int exitCode, String out, String err) {
    List<String> lines() {
      return out.lines().toList();
    }
  }

  private Process start(Path launcher, String... words) throws IOException {
    var command = new ProcessBuilder("/bin/sh", launcher.toString());
    command.command().addAll(Arrays.asList(words));
    command.environment().clear();
    command.environment().putAll(environment);
    return command.start();
  }

  private static Run end(Process process) throws IOException, InterruptedException {
    var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    var err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), out, err);
  }

  private Run embark(String... words) throws IOException, InterruptedException {
    return end(start(clone.resolve("embark"), words));
  }

  private List<String> builds() throws IOException {
    var log = clone.resolve("builds");
    return Files.exists(log) ? Files.readAllLines(log) : List.of();
  }

  @Test
  void theFirstLaunchBuildsAndTheSecondDoesNot() throws Exception {
    var first = embark("doctor");
    var second = embark("doctor");

    assertThat(first.exitCode()).isZero();
    assertThat(first.err())
        .isEqualTo(
            "embark: building; the first time, its libraries are fetched too, which takes a minute"
                + " or two.\n");
    assertThat(second.err()).isEmpty();
    assertThat(builds())
        .containsExactly("mvn -q -B -DskipTests -P !quality -pl cli -am package with " + jdk);
  }

  @Test
  void aNewerSourceIsBuilt() throws Exception {
    embark("doctor");
    Files.setLastModifiedTime(
        clone.resolve("cli/src/main/A.java"), FileTime.from(Instant.now().plusSeconds(60)));
    embark("doctor");

    assertThat(builds()).hasSize(2);
  }

  @Test
  void wordsReachTheProgramAsTheyAre() throws Exception {
    var run = embark("embed", "a folder", "*", "it's \"so\"", "");

    assertThat(run.lines())
        .containsSubsequence(
            "-jar",
            clone.resolve("cli/target/embark.jar").toRealPath().toString(),
            "embed",
            "a folder",
            "*",
            "it's \"so\"",
            "");
  }

  @Test
  void shortCommandsGetTheSimpleJvm() throws Exception {
    assertThat(embark("tokenize", "dir", "text").lines())
        .contains("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "convert m -o d",
        "verify d",
        "quickstart",
        "embed d text",
        "rerank d --query q text",
        "tokenize d --input f",
        "tokenize --input=f d"
      })
  void longCommandsGetTheWholeJvm(String words) throws Exception {
    assertThat(embark(words.split(" ", -1)).lines())
        .contains("-XX:+UseSerialGC", "-jar")
        .doesNotContain("-XX:TieredStopAtLevel=1");
  }

  @Test
  void nativeAccessIsGrantedAndTelemetryIsOff() throws Exception {
    assertThat(embark("doctor").lines())
        .contains("--enable-native-access=ALL-UNNAMED", "ORT=1", "-Xlog:all=warning:stderr");
  }

  @Test
  void optionsOfTheUserComeLast() throws Exception {
    environment.put("EMBARK_JAVA_OPTS", "-Xmx1g -XX:-TieredCompilation");

    assertThat(embark("doctor").lines())
        .containsSubsequence("-XX:TieredStopAtLevel=1", "-Xmx1g", "-XX:-TieredCompilation", "-jar");
  }

  @Test
  void theCollectorOfTheUserTakesThePlaceOfOurs() throws Exception {
    environment.put("EMBARK_JAVA_OPTS", "-XX:+UseParallelGC");

    assertThat(embark("doctor").lines())
        .contains("-XX:+UseParallelGC")
        .doesNotContain("-XX:+UseSerialGC");
  }

  @ParameterizedTest
  @CsvSource({"C,C.UTF-8", "en_US.ISO-8859-1,C.UTF-8", "de_DE.UTF-8,''", "ja_JP.utf8,''"})
  void aLocaleWithoutUtf8IsReplaced(String locale, String replacement) throws Exception {
    environment.put("LANG", locale);

    assertThat(embark("doctor").lines()).contains("LC_ALL=" + replacement);
  }

  @Test
  void theLauncherIsFoundThroughLinks() throws Exception {
    var elsewhere = Files.createDirectories(temporary.resolve("else where"));
    Files.createSymbolicLink(elsewhere.resolve("inner"), Path.of("../my clone/embark"));
    Files.createSymbolicLink(elsewhere.resolve("outer"), elsewhere.resolve("inner"));

    var run = end(start(elsewhere.resolve("outer"), "doctor"));

    assertThat(run.exitCode()).isZero();
    assertThat(run.lines())
        .contains(clone.toRealPath().resolve("cli/target/embark.jar").toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"25.0.3", "25.0.10", "25.1", "26", "26-ea", "100.0.1"})
  void aJdkThatIsNewEnoughIsTaken(String version) throws Exception {
    environment.put("EMBARK_JAVA_HOME", jdk("other", version).toString());

    assertThat(embark("doctor").lines()).contains("java " + temporary.resolve("other/bin/java"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"25", "25.0.2", "25-ea", "24.0.9", "17.0.15", "1.8.0_402"})
  void aJdkThatIsTooOldIsRefused(String version) throws Exception {
    var old = jdk("other", version);
    environment.put("EMBARK_JAVA_HOME", old.toString());
    var run = embark("doctor");

    assertThat(run.exitCode()).isEqualTo(6);
    assertThat(run.err())
        .isEqualTo(
            "embark: EMBARK_JAVA_HOME is "
                + old
                + ", JDK "
                + version
                + ", but a JDK from 25.0.3 on is needed.\n");
    assertThat(builds()).isEmpty();
  }

  @Test
  void javaHomeComesBeforeThePathAndAnOldOneIsPassedOver() throws Exception {
    environment.remove("EMBARK_JAVA_HOME");
    environment.put("JAVA_HOME", jdk.toString());
    Files.createSymbolicLink(bin.resolve("java"), jdk("on path", "25.0.9").resolve("bin/java"));
    assertThat(embark("doctor").lines()).contains("java " + jdk.resolve("bin/java"));

    environment.put("JAVA_HOME", jdk("old", "17.0.15").toString());
    assertThat(embark("doctor").lines())
        .contains("java " + temporary.toRealPath().resolve("on path/bin/java"));
  }

  @Test
  void aMissingMavenIsToldWithTheWayToGetIt() throws Exception {
    Files.delete(bin.resolve("mvn"));
    var run = embark("doctor");

    assertThat(run.exitCode()).isEqualTo(6);
    assertThat(run.err())
        .isEqualTo(
            "embark: Maven is needed to build Embark and is not found; install any version from 3.8"
                + " on (for example `apt install maven`).\n");
  }

  @Test
  void aBuildWithoutNetworkEndsWith7AndShowsWhatMavenSaid() throws Exception {
    Files.writeString(clone.resolve("broken"), "[ERROR] Could not transfer artifact a:b:1\n");
    var run = embark("doctor");

    assertThat(run.exitCode()).isEqualTo(7);
    assertThat(run.err())
        .contains("Could not transfer artifact a:b:1", "embark: Libraries could not be fetched;");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void aBuildThatFailsEndsWith1AndIsTriedAgain() throws Exception {
    Files.writeString(clone.resolve("broken"), "[ERROR] cannot find symbol\n");
    assertThat(embark("doctor").exitCode()).isEqualTo(1);

    Files.delete(clone.resolve("broken"));
    assertThat(embark("doctor").exitCode()).isZero();
  }

  @Test
  void twoLaunchesAtOnceBuildOnce() throws Exception {
    var gate = Files.createFile(clone.resolve("closed"));
    var first = start(clone.resolve("embark"), "doctor");
    assertThat(first.errorReader().readLine()).startsWith("embark: building;");
    var second = start(clone.resolve("embark"), "doctor");
    assertThat(second.errorReader().readLine()).endsWith("is building; waiting for it.");
    Files.delete(gate);

    assertThat(first.waitFor()).isZero();
    assertThat(second.waitFor()).isZero();
    assertThat(builds()).hasSize(1);
  }

  @Test
  void theLockOfAProcessThatIsGoneIsTakenAway() throws Exception {
    var gone = new ProcessBuilder("/bin/sh", "-c", ":").start();
    gone.waitFor();
    Files.createDirectories(clone.resolve("target"));
    Files.createSymbolicLink(clone.resolve("target/embark.lock"), Path.of("" + gone.pid()));

    assertThat(embark("doctor").exitCode()).isZero();
    assertThat(Files.isSymbolicLink(clone.resolve("target/embark.lock"))).isFalse();
  }

  @Test
  void anInterruptedBuildEndsWith130AndLeavesNoLock() throws Exception {
    var gate = Files.createFile(clone.resolve("closed"));
    var process = start(clone.resolve("embark"), "doctor");
    assertThat(process.errorReader().readLine()).startsWith("embark: building;");
    process.destroy();
    Files.delete(gate);

    assertThat(process.waitFor()).isEqualTo(130);
    assertThat(Files.isSymbolicLink(clone.resolve("target/embark.lock"))).isFalse();
  }
}
