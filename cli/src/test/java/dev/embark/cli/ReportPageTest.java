package dev.embark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The page for people: written by a conversion, and by verify.
final class ReportPageTest {
  @TempDir static Path temporary;
  private static Scene scene = new Scene(Path.of(""));

  @BeforeAll
  static void convert() {
    scene = new Scene(temporary).model("bert-mean");
    var run = scene.run("convert", "DIR/model", "-o", "DIR/bundle", "--precision", "fp32,fp16");
    assertThat(run.out()).endsWith("report    DIR/bundle/report.html\n");
  }

  private static String page(String name) {
    return new String(scene.bytes(name), StandardCharsets.UTF_8);
  }

  @Test
  void aConversionWritesAPageThatNeedsNoOtherFile() {
    var page = page("bundle/report.html");

    assertThat(page)
        .startsWith("<!doctype html>")
        .contains("<p class='verdict'>PASS</p>", "Variant fp32", "Variant fp16", "<svg")
        .doesNotContain("<script", "src=", "href=", "url(", temporary.toString());
  }

  @Test
  void verifyWritesWhatItFoundNow() {
    var run = scene.run("verify", "DIR/bundle", "--report", "DIR/now.html");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).endsWith("PASS\nreport    DIR/now.html\n");
    assertThat(page("now.html")).contains("<p class='verdict'>PASS</p>");
  }

  @Test
  void aFailureIsOnThePageToo() throws IOException {
    Scene.copy(scene.path("bundle"), scene.path("wrong"));
    scene.forge("wrong", "proof/reference.jsonl", "0.1", "0.9");

    var run = scene.run("verify", "DIR/wrong", "--report", "DIR/wrong.html");

    assertThat(run.exitCode()).isEqualTo(5);
    assertThat(page("wrong.html"))
        .contains("<p class='verdict fail'>FAIL</p>", "The largest difference is");
  }

  @Test
  void anUnprovenBundleHasNoPage() {
    var run = scene.run("convert", "DIR/model", "-o", "DIR/unproven", "--skip-verification");

    assertThat(run.exitCode()).isZero();
    assertThat(scene.path("unproven/report.html")).doesNotExist();
  }
}
