package dev.embark.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.cli.doctor.Finding.Need;
import dev.embark.cli.doctor.Finding.Status;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChecksTest {
  @TempDir private Path root;

  private Host host(Map<String, String> properties, Map<String, String> environment) {
    return new Host(root, properties, environment);
  }

  private void write(String path, String text) throws IOException {
    var file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static Map<String, String> jdk(String version) {
    return Map.of("java.version", version, "java.vendor", "V", "java.home", "/jdk");
  }

  @ParameterizedTest
  @ValueSource(strings = {"25.0.3", "25.0.3.1", "25.1", "26", "26-ea"})
  void aNewJdkIsOk(String version) {
    assertThat(new JdkCheck().examine(host(jdk(version), Map.of())).status()).isEqualTo(Status.OK);
  }

  @ParameterizedTest
  @ValueSource(strings = {"25", "25.0.2", "25-ea", "24.0.9"})
  void anOldJdkIsAsBadAsNone(String version) {
    assertThat(new JdkCheck().examine(host(jdk(version), Map.of())))
        .isEqualTo(
            new Finding(
                "JDK",
                Status.MISSING,
                Need.REQUIRED,
                version
                    + " (V) in /jdk is older than 25.0.3, which can corrupt arrays shared with"
                    + " native code",
                "Install a JDK from 25.0.3 on and let EMBARK_JAVA_HOME name its folder."));
  }

  @Test
  void aBoardOfRockchipsSaysWhatItLacks() throws IOException {
    var host = host(Map.of(), Map.of());
    assertThat(new RockchipCheck().examine(host).found()).startsWith("none");

    write("proc/device-tree/compatible", "acme,box\0rockchip,rk3588\0");
    assertThat(new RockchipCheck().examine(host).remedy()).contains("rknpu");
    write("dev/dri/renderD129", "");
    write("sys/module/rknpu/version", "0.9.8\n");
    assertThat(new RockchipCheck().examine(host).found())
        .isEqualTo("rk3588, driver 0.9.8, but no librknnrt.so");
    write("usr/lib/librknnrt.so", "\0librknnrt version: 2.3.2 (c9f6d3a@2025)\0");
    assertThat(new RockchipCheck().examine(host))
        .isEqualTo(Finding.ok("Rockchip NPU", "rk3588, driver 0.9.8, librknnrt 2.3.2"));
  }

  @Test
  void aDeviceOfSophonsSaysWhatItLacks() throws IOException {
    var host = host(Map.of(), Map.of());
    assertThat(new SophonCheck().examine(host).found()).startsWith("none");

    write("dev/bm-sophon0", "");
    assertThat(new SophonCheck().examine(host).remedy()).contains("libsophon");
    write("opt/sophon/libsophon-0.5.1/lib/libbmrt.so", "");
    Files.createSymbolicLink(
        root.resolve("opt/sophon/libsophon-current"), root.resolve("opt/sophon/libsophon-0.5.1"));
    assertThat(new SophonCheck().examine(host).found()).isEqualTo("bm-sophon0, libsophon-0.5.1");
    Files.delete(root.resolve("dev/bm-sophon0"));
    assertThat(new SophonCheck().examine(host).found()).endsWith("no /dev/bm-sophon0");
  }

  @Test
  void compilersAreListed() throws IOException {
    var cache = root.resolve("cache");
    var host = host(Map.of(), Map.of("XDG_CACHE_HOME", cache.toString()));
    assertThat(new ToolchainsCheck().examine(host).found()).startsWith("none");
    Files.createDirectories(cache.resolve("embark").resolve("toolchains").resolve("rknn-2.5.0"));
    assertThat(new ToolchainsCheck().examine(host).found()).isEqualTo("rknn 2.5.0");
  }

  @Test
  void theCLibraryIsToldByTheLoader() throws IOException {
    var linux = Map.of("os.name", "Linux", "os.arch", "amd64");
    assertThat(new PlatformCheck().examine(host(linux, Map.of())).found())
        .isEqualTo("Linux amd64, glibc");

    write("lib/ld-musl-x86_64.so.1", "");
    assertThat(new PlatformCheck().examine(host(linux, Map.of())).found())
        .isEqualTo("Linux amd64, musl");
  }

  @Test
  void aRuntimeThatDoesNotLoadSaysWhyAndWhatToDo() {
    var check =
        new BackendCheck(
            "X",
            host -> {
              throw new Problem(Category.UNAVAILABLE, "X does not load.", "Y.", "Do Z.");
            });

    assertThat(check.examine(host(Map.of(), Map.of())))
        .isEqualTo(new Finding("X", Status.MISSING, Need.REQUIRED, "X does not load. Y.", "Do Z."));
  }

  @Test
  void limitsOfVersion2CountFromEveryGroupAbove() throws IOException {
    write("proc/self/cgroup", "0::/pod/app\n");
    write("sys/fs/cgroup/pod/cpu.max", "150000 100000\n");
    write("sys/fs/cgroup/pod/app/cpu.max", "max 100000\n");
    write("sys/fs/cgroup/pod/app/memory.max", "1073741824\n");
    write("sys/fs/cgroup/memory.max", "max\n");
    var group = ControlGroup.of(host(Map.of(), Map.of()));

    assertThat(group.cores()).hasValue(1.5);
    assertThat(group.memoryBytes()).hasValue(1L << 30);
  }

  @Test
  void limitsOfVersion1AreReadPerController() throws IOException {
    write("proc/self/cgroup", "5:cpu,cpuacct:/app\n4:memory:/app\n0::/\n");
    write("sys/fs/cgroup/cpu/app/cpu.cfs_quota_us", "50000\n");
    write("sys/fs/cgroup/cpu/app/cpu.cfs_period_us", "100000\n");
    write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    write("sys/fs/cgroup/memory/app/memory.limit_in_bytes", "536870912\n");
    var group = ControlGroup.of(host(Map.of(), Map.of()));

    assertThat(group.cores()).hasValue(0.5);
    assertThat(group.memoryBytes()).hasValue(512L << 20);
  }

  @Test
  void aSystemWithoutControlGroupsHasNoLimits() {
    var group = ControlGroup.of(host(Map.of(), Map.of()));

    assertThat(group.cores()).isEmpty();
    assertThat(group.memoryBytes()).isEmpty();
  }

  @Test
  void cachesAreMeasuredWithoutFollowingLinks() throws IOException {
    write("hf/hub/blobs/a", "x".repeat(3_000_000));
    Files.createSymbolicLink(root.resolve("hf/hub/b"), root.resolve("hf/hub/blobs/a"));
    var home = root.resolve("hf").toString();

    assertThat(
            new HubCacheCheck()
                .examine(host(Map.of("user.home", "/home/me"), Map.of("HF_HOME", home)))
                .found())
        .isEqualTo(root.resolve("hf/hub") + ", 3.0 MB");
  }

  @Test
  void theHubCacheLiesWhereHuggingFaceHubLooks() {
    var check = new HubCacheCheck();
    var home = Map.of("user.home", "/home/me");

    assertThat(check.examine(host(home, Map.of("HF_HUB_CACHE", "/c", "HF_HOME", "/h"))).found())
        .startsWith("/c,");
    assertThat(check.examine(host(home, Map.of("XDG_CACHE_HOME", "/x"))).found())
        .startsWith("/x/huggingface/hub,");
    assertThat(check.examine(host(home, Map.of())).found())
        .isEqualTo("/home/me/.cache/huggingface/hub, does not exist yet");
  }

  @Test
  void theTokenOfTheHubIsNeverShown() {
    var set = Map.of("HF_TOKEN", "secret", "HF_ENDPOINT", "http://mirror");

    assertThat(new HubSettingsCheck().examine(host(Map.of(), set)).found())
        .isEqualTo("HF_ENDPOINT=http://mirror, HF_TOKEN set");
    assertThat(new HubSettingsCheck().examine(host(Map.of(), Map.of())).found())
        .isEqualTo("HF_TOKEN not set");
  }

  @Test
  void mavenIsSearchedOnThePath() throws IOException {
    write("bin/mvn", "");
    var path = Map.of("PATH", root.resolve("none") + ":" + root.resolve("bin"));

    assertThat(new MavenCheck().examine(host(Map.of(), path)))
        .isEqualTo(
            new Finding(
                "Maven",
                Status.MISSING,
                Need.OPTIONAL,
                "no mvn on the PATH; needed only to build Embark again",
                "Install Maven from 3.8 on, for example with `apt install maven`."));

    assertThat(root.resolve("bin/mvn").toFile().setExecutable(true)).isTrue();
    assertThat(new MavenCheck().examine(host(Map.of(), path)).found())
        .isEqualTo(root.resolve("bin/mvn").toString());
  }

  @Test
  void aTemporaryFolderThatIsNoneIsMissing() {
    var properties = Map.of("java.io.tmpdir", root.resolve("none").toString());

    assertThat(new TemporaryFolderCheck().examine(host(properties, Map.of())).remedy())
        .isEqualTo("Name another one with EMBARK_JAVA_OPTS=-Djava.io.tmpdir=FOLDER.");
  }

  @Test
  void thisMachineCanRunEmbark() {
    var here = Host.ofProcess(Map.of("XDG_CACHE_HOME", root.toString()));

    assertThat(Checks.all())
        .allSatisfy(check -> assertThat(check.examine(here).preventsWork()).isFalse());
  }
}
