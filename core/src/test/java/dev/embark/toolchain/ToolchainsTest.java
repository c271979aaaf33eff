package dev.embark.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.toolchain.Toolchains.Origin;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A small wheel from an index of our own; only its programs' names are those of the real one.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class ToolchainsTest {
  private static final String WHEEL = "tool-1.0-py3-none-any.whl";

  @TempDir Path folder;
  private byte[] wheel = {};
  private Toolchain toolchain = Toolchain.SOPHON;
  private Toolchains toolchains = new Toolchains(Path.of(""));
  private HttpServer server;

  /// Bytes after which the server goes away, once.
  private int cutAt;

  @BeforeEach
  void serve() throws Exception {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      for (var member : List.of("tpu_mlir/bin/tool", "tpu_mlir/lib/lib.so", "other/large.py")) {
        zip.putNextEntry(new ZipEntry(member));
        zip.write(member.repeat(1000).getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    wheel = bytes.toByteArray();
    var digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(wheel));
    toolchain =
        new Toolchain(
            "tool",
            "1.0",
            "tpu_mlir",
            List.of(
                new Toolchain.Wheel(
                    "tool",
                    WHEEL,
                    digest,
                    wheel.length,
                    List.of("tpu_mlir/bin/tool", "tpu_mlir/lib/lib.so"))),
            "Free.");
    toolchains = new Toolchains(folder.resolve("toolchains"));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/simple/tool/",
        exchange ->
            answer(
                exchange,
                "<a href=\"../../files/%s#sha256=0\">x</a>"
                    .formatted(WHEEL)
                    .getBytes(StandardCharsets.UTF_8)));
    server.createContext("/files/", this::file);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void file(HttpExchange exchange) throws IOException {
    var range = exchange.getRequestHeaders().getFirst("Range");
    int from = Integer.parseInt(range.replaceAll("\\D", ""));
    if (cutAt > 0) {
      exchange.sendResponseHeaders(206, wheel.length - from);
      exchange.getResponseBody().write(wheel, from, cutAt);
      exchange.getResponseBody().flush();
      cutAt = 0;
      exchange.close();
      return;
    }
    var rest = Arrays.copyOfRange(wheel, from, wheel.length);
    exchange.sendResponseHeaders(206, rest.length);
    exchange.getResponseBody().write(rest);
    exchange.close();
  }

  private static void answer(HttpExchange exchange, byte[] body) throws IOException {
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private Origin index() {
    return new Origin.Index("http://localhost:" + server.getAddress().getPort() + "/simple/");
  }

  @Test
  void onlyWhatIsNeededIsUnpacked() throws IOException {
    var place = toolchains.install(toolchain, index(), Progress.SILENT);

    assertThat(place.resolve("bin/tool")).isExecutable();
    assertThat(place.resolve("lib/lib.so")).isRegularFile();
    assertThat(place.resolveSibling("other")).doesNotExist();
    assertThat(toolchains.find(toolchain)).contains(place);
    try (var left = Files.list(folder.resolve("toolchains"))) {
      assertThat(left)
          .containsExactlyInAnyOrder(
              place.getParent(), folder.resolve("toolchains").resolve("tool.lock"));
    }
  }

  @Test
  void whatWasCutGoesOn() {
    cutAt = 100;
    assertThat(toolchains.install(toolchain, index(), Progress.SILENT)).isDirectory();
  }

  @Test
  void anotherDigestIsRefusedAndLeavesNothing() throws IOException {
    wheel[wheel.length / 2] ^= 1;
    assertThatThrownBy(() -> toolchains.install(toolchain, index(), Progress.SILENT))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("has the digest");
    try (var left = Files.list(folder.resolve("toolchains"))) {
      assertThat(left).containsExactly(folder.resolve("toolchains").resolve("tool.lock"));
    }
    assertThat(toolchains.find(toolchain)).isEmpty();
  }

  @Test
  void aFileCanBeNamed() throws IOException {
    var file = Files.write(folder.resolve(WHEEL), wheel);
    assertThat(toolchains.install(toolchain, new Origin.Files(List.of(file)), Progress.SILENT))
        .isDirectory();
    assertThat(file).exists();
    assertThat(toolchains.remove(toolchain)).isTrue();
    assertThat(toolchains.remove(toolchain)).isFalse();
    assertThatThrownBy(() -> toolchains.require(toolchain))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.UNAVAILABLE));
  }

  @Test
  void anIndexWithoutItIsSaid() {
    server.removeContext("/simple/tool/");
    server.createContext("/simple/tool/", exchange -> answer(exchange, new byte[] {'-'}));
    assertThatThrownBy(() -> toolchains.install(toolchain, index(), Progress.SILENT))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("has no " + WHEEL);
  }

  @Test
  void pipSaysWhereItsPackagesComeFrom() throws IOException {
    assertThat(PipIndex.of(Map.of("PIP_INDEX_URL", "https://a.example.org/simple/"), folder))
        .hasToString("https://a.example.org/simple");
    var config = Files.createDirectories(folder.resolve(".config").resolve("pip"));
    Files.writeString(
        config.resolve("pip.conf"), "[global]\nindex-url = https://b.example.org/simple\n");
    assertThat(PipIndex.of(Map.of(), folder)).hasToString("https://b.example.org/simple");
  }

  @ParameterizedTest
  @CsvSource({"ftp://a.example.org", "nonsense", "https:///simple"})
  void addressesThatAreNoneAreRefused(String address) {
    assertThatThrownBy(() -> PipIndex.parse(address))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.WRONG_USAGE));
  }
}
