package dev.embark.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SourceSettingsTest {
  @TempDir Path home;

  private SourceSettings settings(Map<String, String> environment) {
    return new SourceSettings(environment, home);
  }

  @Test
  void cachesLieWhereHuggingfaceHubLooks() {
    assertThat(settings(Map.of()).hubCache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
    assertThat(settings(Map.of("XDG_CACHE_HOME", "/x")).hubCache())
        .isEqualTo(Path.of("/x/huggingface/hub"));
    assertThat(settings(Map.of("HF_HOME", "~/hf", "XDG_CACHE_HOME", "/x")).hubCache())
        .isEqualTo(home.resolve("hf/hub"));
    assertThat(settings(Map.of("HF_HUB_CACHE", "/c", "HF_HOME", "/h")).hubCache())
        .isEqualTo(Path.of("/c"));
    assertThat(settings(Map.of("XDG_CACHE_HOME", "/x")).embarkCache())
        .isEqualTo(Path.of("/x/embark"));
  }

  @Test
  void emptyVariablesCountAsUnset() {
    assertThat(settings(Map.of("HF_HOME", "", "HF_ENDPOINT", " ")).hubCache())
        .isEqualTo(home.resolve(".cache/huggingface/hub"));
    assertThat(settings(Map.of("HF_ENDPOINT", " ")).endpoint())
        .isEqualTo(URI.create("https://huggingface.co"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "true", "Yes", "ON"})
  void offlineIsSpeltInManyWays(String value) {
    assertThat(settings(Map.of("HF_HUB_OFFLINE", value)).network())
        .isEqualTo(SourceSettings.Network.OFFLINE);
    assertThat(settings(Map.of("HF_HUB_OFFLINE", "0")).network())
        .isEqualTo(SourceSettings.Network.ONLINE);
  }

  @Test
  void slashesAtTheEndOfTheEndpointDoNotMatter() {
    assertThat(settings(Map.of("HF_ENDPOINT", "https://mirror.example/hf/")).endpoint())
        .isEqualTo(URI.create("https://mirror.example/hf"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"mirror.example", "ftp://x", "https://", "https://user:pass@x", "https://a b"})
  void endpointThatIsNoAddressIsWrongUsage(String text) {
    var settings = settings(Map.of("HF_ENDPOINT", text));

    var problem = catchThrowableOfType(Problem.class, settings::endpoint);

    assertThat(problem.category()).isEqualTo(Category.WRONG_USAGE);
    assertThat(problem.what())
        .isEqualTo("HF_ENDPOINT is \"" + text + "\", which is not the address of a hub.");
  }

  @Test
  void folderThatIsNoPathIsWrongUsage() {
    assertThatThrownBy(() -> settings(Map.of("HF_HOME", "a\0b")).hubCache())
        .isInstanceOf(Problem.class)
        .hasMessage("\"a\0b\" is not the name of a folder.");
  }

  @Test
  void tokenComesFromTheEnvironmentOrALogin() throws IOException {
    assertThat(settings(Map.of()).token()).isEmpty();
    Files.createDirectories(home.resolve(".cache/huggingface"));
    Files.writeString(home.resolve(".cache/huggingface/token"), "hf_file\n");
    assertThat(settings(Map.of()).token()).isEqualTo("hf_file");
    assertThat(settings(Map.of("HF_TOKEN", " hf_env\n")).token()).isEqualTo("hf_env");
  }

  @Test
  void tokenIsNotPrinted() {
    assertThat(settings(Map.of("HF_TOKEN", "hf_secret"))).asString().doesNotContain("secret");
  }

  @Test
  void mavenIsFoundThroughTheLauncherOnThePath() throws IOException {
    var maven = home.resolve("opt/maven");
    Files.createDirectories(maven.resolve("bin"));
    Files.createDirectories(maven.resolve("conf"));
    Files.writeString(maven.resolve("conf/settings.xml"), "<settings/>");
    var launcher = Files.createFile(maven.resolve("bin/mvn"));
    assertThat(launcher.toFile().setExecutable(true)).isTrue();
    var bin = Files.createDirectories(home.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("mvn"), launcher);

    assertThat(settings(Map.of("PATH", "/nowhere:" + bin)).mavenSystemHome())
        .hasValue(maven.toRealPath());
    assertThat(settings(Map.of("PATH", "/nowhere")).mavenSystemHome()).isEmpty();
  }

  @Test
  void proxiesOfTheEnvironmentAreUsed() {
    var proxy =
        settings(Map.of("HTTPS_PROXY", "http://127.0.0.1:3128", "no_proxy", ".local,example.org"))
            .proxy();

    assertThat(proxy.select(URI.create("https://hub.example.com/x")))
        .isEqualTo(
            List.of(
                new Proxy(
                    Proxy.Type.HTTP,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 3128))));
    assertThat(proxy.select(URI.create("https://hub.example.org/x")))
        .isEqualTo(List.of(Proxy.NO_PROXY));
    assertThat(proxy.select(URI.create("https://mirror.local/x")))
        .isEqualTo(List.of(Proxy.NO_PROXY));
    assertThat(proxy.select(URI.create("http://hub.example.com/x")))
        .isEqualTo(List.of(Proxy.NO_PROXY));
  }
}
