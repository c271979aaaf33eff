package dev.embark.toolchain;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.toolchain.Toolchain.Wheel;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/// A wheel from an index, going on where an earlier attempt stopped.
final class WheelDownload {
  private static final int PAGE_BYTES_MAX = 32 << 20;
  private static final int BLOCK_BYTES = 1 << 16;
  private static final int ATTEMPTS_MAX = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final URI index;
  private final Progress progress;
  private final HttpClient client =
      HttpClient.newBuilder().followRedirects(Redirect.NORMAL).connectTimeout(PATIENCE).build();

  WheelDownload(URI index, Progress progress) {
    this.index = index;
    this.progress = progress;
  }

  /// Brings a file to `target`, which holds what has come so far.
  void run(Wheel wheel, Path target) {
    var page = URI.create(index + "/" + wheel.project() + "/");
    for (int attempt = 1; ; attempt++) {
      try {
        var link = PipIndex.link(text(page), wheel.file()).orElseThrow(() -> missing(wheel, page));
        receive(page.resolve(link), wheel, target);
        return;
      } catch (IOException e) {
        if (attempt == ATTEMPTS_MAX) {
          throw new Problem(
              Category.UNREACHABLE,
              wheel.file() + " does not come from " + index + ".",
              String.valueOf(e.getMessage()),
              "Run it again: it goes on where it stopped. --index names another index, --wheel a"
                  + " file.",
              e);
        }
      }
    }
  }

  private static Problem missing(Wheel wheel, URI page) {
    return new Problem(
        Category.UNREACHABLE,
        page + " has no " + wheel.file() + ".",
        "Embark uses this version and no other.",
        "Name another index with --index, or a file with --wheel.");
  }

  private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body)
      throws IOException {
    try {
      return client.send(request, body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Problem(
          Category.INTERRUPTED, "The download was stopped.", "Somebody asked for it.", "", e);
    }
  }

  private String text(URI page) throws IOException {
    var request =
        HttpRequest.newBuilder(page)
            .header("Accept", "application/vnd.pypi.simple.v1+html, text/html;q=0.9")
            .timeout(PATIENCE)
            .build();
    var answer = send(request, BodyHandlers.ofInputStream());
    try (var body = answer.body()) {
      if (answer.statusCode() != 200) {
        throw new IOException(page + " answers " + answer.statusCode());
      }
      var bytes = body.readNBytes(PAGE_BYTES_MAX);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private void receive(URI file, Wheel wheel, Path target) throws IOException {
    long have = Files.exists(target) ? Files.size(target) : 0;
    if (have >= wheel.size()) {
      return; // Its digest says whether it is the right one.
    }
    var request = HttpRequest.newBuilder(file).header("Range", "bytes=" + have + "-").build();
    var answer = send(request, BodyHandlers.ofInputStream());
    try (var body = answer.body();
        var task = progress.begin(wheel.file(), wheel.size(), Progress.Unit.BYTES)) {
      switch (answer.statusCode()) {
        case 206 -> task.advance(have);
        case 200 -> Files.deleteIfExists(target); // A server that knows no ranges begins anew.
        default -> throw new IOException(file + " answers " + answer.statusCode());
      }
      append(body, wheel, target, task);
    }
    if (Files.size(target) < wheel.size()) {
      throw new IOException("the connection ended too soon");
    }
  }

  private static void append(InputStream body, Wheel wheel, Path target, Progress.Task task)
      throws IOException {
    try (var output =
        Files.newOutputStream(target, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      long room = wheel.size() - Files.size(target);
      var block = new byte[BLOCK_BYTES];
      for (int count = body.read(block); count >= 0; count = body.read(block)) {
        room -= count;
        if (room < 0) {
          throw new IOException("more bytes come than the file has");
        }
        output.write(block, 0, count);
        task.advance(count);
      }
    }
  }
}
