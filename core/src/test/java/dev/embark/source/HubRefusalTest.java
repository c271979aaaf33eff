package dev.embark.source;

import static dev.embark.source.HubUser.MAIN;
import static dev.embark.source.HubUser.problem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.source.ModelReference.HubRepository;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who may see what, and what a hub's answers mean.
final class HubRefusalTest {
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
  void tokenGoesToTheHubAndNotToWhereItRedirects() {
    user.hub().requiring("hf_secret");

    user.sources("HF_TOKEN", "hf_secret").fetch(MAIN, Wanted.EVERYTHING);

    assertThat(user.hub().largeRequests).containsExactly("/model.safetensors");
    assertThat(user.hub().tokensAtLarge).isEmpty();
  }

  @Test
  void tokenOfALoginIsUsed() throws IOException {
    user.hub().requiring("hf_secret");
    Files.createDirectories(home.resolve(".cache/huggingface"));
    Files.writeString(home.resolve(".cache/huggingface/token"), "hf_secret\n");

    assertThat(user.sources().fetch(MAIN, Wanted.EVERYTHING).files()).hasSize(5);
  }

  @Test
  void renamedPrivateRepositoryIsFollowedWithTheToken() {
    user.hub().requiring("hf_secret").renamedFrom("embark/old");

    var fetched =
        user.sources("HF_TOKEN", "hf_secret")
            .fetch(new HubRepository("embark/old", "main"), Wanted.EVERYTHING);

    assertThat(fetched.files()).hasSize(5);
    assertThat(fetched.root().toString()).contains("models--embark--old");
  }

  @Test
  void gatedRepositoryWithoutTokenSaysHowToGetAccess() {
    user.hub().requiring("hf_secret");

    var problem = problem(() -> user.sources().fetch(MAIN, Wanted.EVERYTHING));

    assertThat(problem.category()).isEqualTo(Category.UNREACHABLE);
    assertThat(problem)
        .hasMessage(
            """
            %1$s refuses access to embark/tiny (status 401).
            The repository is gated or private, and no token was sent.
            Accept its licence on %1$s/embark/tiny with your account, and set HF_TOKEN to a token of \
            that account.\
            """
                .formatted(user.hub().uri()));
  }

  @Test
  void tokenWithoutAccessIsTold() {
    user.hub().requiring("hf_secret");

    assertThat(
            problem(() -> user.sources("HF_TOKEN", "hf_other").fetch(MAIN, Wanted.EVERYTHING))
                .why())
        .isEqualTo(
            "The repository is gated or private, and the account of the token in HF_TOKEN has no"
                + " access.");
  }

  @Test
  void unknownRepositoryIsBadInput() {
    var problem =
        problem(() ->
            user.sources().fetch(new HubRepository("embark/none", "main"), Wanted.EVERYTHING));

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem)
        .hasMessage(
            """
            There is no repository embark/none on %s.
            It does not exist, or it is private and no token was sent.
            Check owner and name; for a private repository, set HF_TOKEN.\
            """
                .formatted(user.hub().uri()));
  }

  @Test
  void unknownRevisionIsBadInput() {
    var problem =
        problem(
            () -> user.sources().fetch(new HubRepository("embark/tiny", "v9"), Wanted.EVERYTHING));

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem)
        .hasMessage(
            """
            embark/tiny has no revision "v9".
            There is no such branch, tag or commit.
            Leave the revision away to take main.\
            """);
  }

  @Test
  void listedFileThatIsNotThereIsBadInput() {
    user.hub().withName("vocab.txt");

    var problem = problem(() -> user.sources().fetch(MAIN, Wanted.EVERYTHING));

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem.what())
        .isEqualTo("embark/tiny has no file vocab.txt at revision " + LocalHub.COMMIT + ".");
  }

  @Test
  void namesThatLeadOutOfTheModelAreRefused() {
    user.hub().withName("../../x");

    var problem = problem(() -> user.sources().fetch(MAIN, Wanted.EVERYTHING));

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem.what())
        .isEqualTo(
            "embark/tiny lists a file \"../../x\", which would lead out of the model's folder.");
  }

  @Test
  void repositoryWithTooManyFilesIsRefused() {
    for (int i = 0; i < 20_000; i++) {
      user.hub().withName("f" + i);
    }

    assertThat(problem(() -> user.sources().fetch(MAIN, Wanted.EVERYTHING)).what())
        .isEqualTo("embark/tiny has 20008 files; at most 20000 are read.");
  }

  @Test
  void tagThatCouldNotNameABlobIsRefused() {
    user.hub().withEtag("config.json", "../../x");

    var problem = problem(() -> user.sources().fetch(MAIN, Wanted.EVERYTHING));

    assertThat(problem.category()).isEqualTo(Category.UNREACHABLE);
    assertThat(problem)
        .hasMessage(
            """
            %s does not answer like a hub.
            It sends no usable ETag for config.json.
            Check HF_ENDPOINT, and whether a proxy stands between.\
            """
                .formatted(user.hub().uri()));
  }

  @Test
  void redirectsWithoutEndAreGivenUp() {
    user.hub().renamedFrom("embark");

    assertThat(problem(() -> user.sources().fetch(MAIN, Wanted.EVERYTHING)).why())
        .isEqualTo(user.hub().uri() + " cannot be reached: more than 5 redirects.");
  }

  @Test
  void moduleFolderOutsideTheModelIsRefused() {
    user.hub().with("modules.json", "[{\"path\": \"../1_Pooling\"}]");

    assertThat(problem(() -> user.sources().fetch(MAIN, Wanted.EVERYTHING)).what())
        .isEqualTo("modules.json names the module folder \"../1_Pooling\".");
  }

  @Test
  void passingFaultOfTheHubIsWaitedOut() {
    user.hub().failing(2);

    assertThat(user.sources().fetch(MAIN, Wanted.EVERYTHING).files()).hasSize(5);
  }

  @Test
  void refusedConnectionFallsBackToTheCache() throws IOException {
    var before = user.sources().fetch(MAIN, Wanted.EVERYTHING);

    assertThat(user.sources("HF_ENDPOINT", deadEndpoint()).fetch(MAIN, Wanted.EVERYTHING))
        .isEqualTo(before);
  }

  @Test
  void refusedConnectionWithoutCacheIsUnreachable() throws IOException {
    var endpoint = deadEndpoint();

    var problem =
        problem(() -> user.sources("HF_ENDPOINT", endpoint).fetch(MAIN, Wanted.EVERYTHING));

    assertThat(problem.category()).isEqualTo(Category.UNREACHABLE);
    assertThat(problem.why())
        .isEqualTo(endpoint + " cannot be reached: The connection was refused.");
  }

  @Test
  void repositoryWithoutReadableWeightsListsWhatItHas() throws IOException {
    try (var other = new LocalHub()) {
      other.with("config.json", "{}").with("model.Q4.gguf", "x");

      assertThatThrownBy(() ->
              user.sources("HF_ENDPOINT", other.uri().toString()).fetch(MAIN, Wanted.EVERYTHING))
          .isInstanceOf(Problem.class)
          .hasMessage(
              """
              embark/tiny has no weights that Embark reads.
              Expected model.safetensors, pytorch_model.bin or onnx/model.onnx, whole or in shards; \
              found model.Q4.gguf.
              Take the repository this one was made from.\
              """);
    }
  }

  private static String deadEndpoint() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + socket.getLocalPort();
    }
  }
}
