package dev.embark.source;

import static dev.embark.source.HubUser.IMPATIENT;
import static dev.embark.source.HubUser.MAIN;
import static dev.embark.source.HubUser.bytes;
import static dev.embark.source.HubUser.problem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How the bytes of a file arrive, however often the connection is cut and whoever else wants them.
final class HubTransferTest {
  @TempDir Path home;
  private HubUser user;

  @BeforeEach
  void start() throws IOException {
    user = HubUser.at(home);
  }

  @AfterEach
  void stop() {
    user.close();
  }

  @Test
  void cutConnectionGoesOnWhereItStopped() {
    user.hub().cutting(2, 10_000);

    var fetched = user.sources().fetch(MAIN, Wanted.EVERYTHING);

    assertThat(fetched.root().resolve("model.safetensors"))
        .hasBinaryContent(user.hub().content("model.safetensors"));
    assertThat(user.hub().largeRequests).hasSize(3);
    assertThat(user.hub().largeRequests.getFirst()).isEqualTo("/model.safetensors");
    assertThat(user.hub().largeRequests.getLast()).startsWith("/model.safetensors bytes=");
  }

  @Test
  void connectionCutTooOftenKeepsWhatArrivedForTheNextRun() throws IOException {
    user.hub().cutting(3, 10_000);

    var problem = problem(() -> user.sources().fetch(MAIN, Wanted.EVERYTHING));

    assertThat(problem.category()).isEqualTo(Category.UNREACHABLE);
    long have = Files.size(user.partial("model.safetensors"));
    assertThat(have).isPositive().isLessThanOrEqualTo(30_000);
    assertThat(problem.what())
        .isEqualTo(
            "model.safetensors of embark/tiny was cut at " + have + " of 50000 bytes, 3 times.");
    assertThat(problem.remedy()).isEqualTo("Run it again: it goes on where it stopped.");
    user.hub().largeRequests.clear();

    user.sources().fetch(MAIN, Wanted.EVERYTHING);

    assertThat(user.hub().largeRequests).containsExactly("/model.safetensors bytes=" + have + "-");
    assertThat(user.blob("model.safetensors"))
        .hasBinaryContent(user.hub().content("model.safetensors"));
    assertThat(user.partial("model.safetensors")).doesNotExist();
  }

  @Test
  void serverWithoutRangesSendsTheWholeFileAgain() {
    user.hub().cutting(1, 10_000).with(LocalHub.Ranges.IGNORED);

    user.sources().fetch(MAIN, Wanted.EVERYTHING);

    assertThat(user.blob("model.safetensors"))
        .hasBinaryContent(user.hub().content("model.safetensors"));
  }

  @Test
  void progressNeverExceedsTheSize() {
    user.hub().cutting(1, 10_000).with(LocalHub.Ranges.IGNORED);
    var done = new AtomicLong();
    Progress progress =
        (what, _, _) -> units -> done.addAndGet(what.equals("model.safetensors") ? units : 0);

    new Sources(user.settings(), progress, IMPATIENT).fetch(MAIN, Wanted.EVERYTHING);

    assertThat(done).hasValue(50_000);
  }

  @Test
  void wrongDigestIsRefusedAndTheFileDeleted() {
    user.hub().withEtag("model.safetensors", "0".repeat(64));

    var problem = problem(() -> user.sources().fetch(MAIN, Wanted.EVERYTHING));

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem)
        .hasMessage(
            """
            model.safetensors of embark/tiny arrived with digest %s, expected %s.
            It was changed or damaged on its way; what arrived is deleted.
            Fetch it again; if that fails, ask who runs the mirror or proxy.\
            """
                .formatted(
                    LocalHub.sha256(user.hub().content("model.safetensors")), "0".repeat(64)));
    assertThat(user.blob("model.safetensors")).doesNotExist();
    assertThat(user.partial("model.safetensors")).doesNotExist();
  }

  @Test
  void wrongGitDigestOfASmallFileIsRefused() {
    user.hub().withEtag("config.json", "1".repeat(40));

    assertThat(problem(() -> user.sources().fetch(MAIN, Wanted.EVERYTHING)).what())
        .isEqualTo(
            "config.json of embark/tiny arrived with digest "
                + LocalHub.gitBlob(user.hub().content("config.json"))
                + ", expected "
                + "1".repeat(40)
                + ".");
  }

  @Test
  void damagedBeginningOfAnEarlierRunIsFetchedAgain() throws IOException {
    Files.createDirectories(user.repository().resolve("blobs"));
    Files.write(user.partial("model.safetensors"), new byte[20_000]);

    user.sources().fetch(MAIN, Wanted.EVERYTHING);

    assertThat(user.blob("model.safetensors"))
        .hasBinaryContent(user.hub().content("model.safetensors"));
    assertThat(user.hub().largeRequests)
        .containsExactly("/model.safetensors bytes=20000-", "/model.safetensors");
  }

  @Test
  void serverThatNeverAnswersIsGivenUp() throws IOException {
    try (var silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      var patience =
          new Patience(
              Duration.ofSeconds(5), Duration.ofMillis(200), List.of(), Duration.ofSeconds(1));
      var settings = user.settings("HF_ENDPOINT", "http://127.0.0.1:" + silent.getLocalPort());
      var sources = new Sources(settings, Progress.SILENT, patience);

      assertThat(problem(() -> sources.fetch(MAIN, Wanted.EVERYTHING)).why())
          .endsWith("cannot be reached: The host did not answer in time.");
    }
  }

  @Test
  void threadsThatFetchAtOnceDownloadOnce() throws Exception {
    user.hub().with("model.safetensors", bytes(3_000_000));
    Callable<Fetched> fetch = () -> user.sources().fetch(MAIN, Wanted.EVERYTHING);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var results = threads.invokeAll(List.of(fetch, fetch, fetch, fetch));

      for (Future<Fetched> result : results) {
        assertThat(result.get().root().resolve("model.safetensors"))
            .hasBinaryContent(user.hub().content("model.safetensors"));
      }
    }
    assertThat(user.hub().largeRequests).containsExactly("/model.safetensors");
  }

  @Test
  void processesThatFetchAtOnceDownloadOnce() throws Exception {
    user.hub().with("model.safetensors", bytes(3_000_000));

    var first = child();
    var second = child();

    assertThat(first.waitFor()).isZero();
    assertThat(second.waitFor()).isZero();
    assertThat(user.blob("model.safetensors"))
        .hasBinaryContent(user.hub().content("model.safetensors"));
    assertThat(user.hub().largeRequests).containsExactly("/model.safetensors");
  }

  @Test
  void cacheThatCannotBeWrittenIsTold() throws IOException {
    Files.createDirectories(home.resolve(".cache"));
    Files.writeString(home.resolve(".cache/huggingface"), "a file where a folder should be");

    var problem = problem(() -> user.sources().fetch(MAIN, Wanted.EVERYTHING));

    assertThat(problem.category()).isEqualTo(Category.UNWRITABLE);
    assertThat(problem.what())
        .isEqualTo("Cannot write " + user.repository().resolve("blobs") + ".");
    assertThat(problem.remedy())
        .isEqualTo(
            "Make room or give access there, or name another folder in HF_HOME or XDG_CACHE_HOME.");
  }

  @Test
  void interruptedThreadStops() {
    Thread.currentThread().interrupt();

    var problem = problem(() -> user.sources().fetch(MAIN, Wanted.EVERYTHING));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(problem.category()).isEqualTo(Category.INTERRUPTED);
    assertThat(problem).hasMessage("Fetching was interrupted.\nRun it again to go on.");
  }

  /// A limit on the size of files stands for a disk that is full; it works for root, too.
  @Test
  void diskThatIsFullIsTold() throws Exception {
    var process =
        new ProcessBuilder("sh", "-c", "ulimit -f 40; exec \"$@\"", "sh").redirectErrorStream(true);
    process.command().addAll(command());
    var child = process.start();

    assertThat(new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo(
            """
            Cannot write %s.
            File too large.
            Make room or give access there, or name another folder in HF_HOME or XDG_CACHE_HOME.
            """
                .formatted(user.repository().resolve("blobs")));
    assertThat(child.waitFor()).isEqualTo(Category.UNWRITABLE.exitCode());
  }

  private Process child() throws IOException {
    return new ProcessBuilder(command()).inheritIO().start();
  }

  private List<String> command() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:-UsePerfData",
        "-cp",
        System.getProperty("java.class.path"),
        FetchOnce.class.getName(),
        user.hub().uri().toString(),
        home.toString());
  }

  /// What a child process does.
  static final class FetchOnce {
    private FetchOnce() {}

    public static void main(String[] arguments) {
      var settings = new SourceSettings(Map.of("HF_ENDPOINT", arguments[0]), Path.of(arguments[1]));
      try {
        var _ = new Sources(settings, Progress.SILENT, IMPATIENT).fetch(MAIN, Wanted.EVERYTHING);
      } catch (Problem e) {
        System.out.println(e.getMessage());
        System.exit(e.category().exitCode());
      }
    }
  }
}
