package dev.embark.source;

import static dev.embark.source.HubUser.MAIN;
import static dev.embark.source.HubUser.PINNED;
import static dev.embark.source.HubUser.problem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.problem.Problem.Category;
import dev.embark.source.ModelReference.HubRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which files are fetched, where they lie, and what is asked when they lie there already.
final class HubSourceTest {
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
  void onlyNeededFilesAreFetchedAndSafetensorsComeBeforePickles() {
    var fetched = user.sources().fetch(MAIN, Wanted.EVERYTHING);

    assertThat(fetched.revision()).isEqualTo(LocalHub.COMMIT);
    assertThat(fetched.files())
        .map(Path::toString)
        .containsExactly(
            "1_Pooling/config.json",
            "config.json",
            "model.safetensors",
            "modules.json",
            "tokenizer.json");
    assertThat(fetched.root().resolve("model.safetensors"))
        .hasBinaryContent(user.hub().content("model.safetensors"));
    assertThat(user.hub().requests).noneMatch(request -> request.contains("pytorch_model"));
  }

  @Test
  void weightsAreLeftOutWhereNotWanted() {
    var fetched = user.sources().fetch(MAIN, Wanted.WITHOUT_WEIGHTS);

    assertThat(fetched.files()).map(Path::toString).noneMatch(name -> name.contains("model.saf"));
    assertThat(user.hub().largeRequests).isEmpty();
  }

  @Test
  void cacheHasTheLayoutOthersRead() throws IOException {
    user.sources().fetch(MAIN, Wanted.EVERYTHING);

    var snapshot = user.repository().resolve("snapshots").resolve(LocalHub.COMMIT);
    assertThat(user.repository().resolve("refs/main")).hasContent(LocalHub.COMMIT);
    assertThat(Files.readSymbolicLink(snapshot.resolve("model.safetensors")))
        .isEqualTo(Path.of("../../blobs").resolve(user.hub().etag("model.safetensors")));
    assertThat(Files.readSymbolicLink(snapshot.resolve("1_Pooling/config.json")))
        .isEqualTo(Path.of("../../../blobs").resolve(user.hub().etag("1_Pooling/config.json")));
    assertThat(user.blob("config.json").getFileName().toString()).hasSize(40);
    assertThat(user.blob("model.safetensors").getFileName().toString()).hasSize(64);
    try (var blobs = Files.list(user.repository().resolve("blobs"))) {
      assertThat(blobs).noneMatch(blob -> blob.toString().endsWith("incomplete"));
    }
    assertThat(user.repository().resolveSibling("CACHEDIR.TAG"))
        .content()
        .startsWith("Signature: 8a477f597d28d172789f06886806bc55");
  }

  @Test
  void branchWithSlashesIsRemembered() {
    user.sources().fetch(new HubRepository(LocalHub.REPOSITORY, "refs/pr/1"), Wanted.EVERYTHING);

    assertThat(user.repository().resolve("refs/refs/pr/1")).hasContent(LocalHub.COMMIT);
  }

  @Test
  void filesAreNoSymbolicLinksWhereThoseAreDisabled() {
    var fetched = user.sources("HF_HUB_DISABLE_SYMLINKS", "1").fetch(MAIN, Wanted.EVERYTHING);

    assertThat(fetched.root().resolve("config.json"))
        .isRegularFile()
        .matches(file -> !Files.isSymbolicLink(file))
        .hasBinaryContent(user.hub().content("config.json"));
  }

  @Test
  void secondFetchOfABranchAsksOnlyWhereItStands() {
    user.sources().fetch(MAIN, Wanted.EVERYTHING);
    user.hub().requests.clear();
    user.hub().largeRequests.clear();

    user.sources().fetch(MAIN, Wanted.EVERYTHING);

    assertThat(user.hub().requests).containsExactly("GET /api/models/embark/tiny/revision/main");
    assertThat(user.hub().largeRequests).isEmpty();
  }

  @Test
  void secondFetchOfACommitAsksNothing() {
    var first = user.sources().fetch(PINNED, Wanted.EVERYTHING);
    user.hub().requests.clear();

    assertThat(user.sources().fetch(PINNED, Wanted.EVERYTHING)).isEqualTo(first);
    assertThat(user.hub().requests).isEmpty();
  }

  @Test
  void cacheThatCannotRememberIsUsedAllTheSame() throws IOException {
    Files.createDirectories(home.resolve(".cache"));
    Files.writeString(home.resolve(".cache/embark"), "a file where a folder should be");

    assertThat(user.sources().fetch(MAIN, Wanted.EVERYTHING).files()).hasSize(5);
  }

  @Test
  void blobThatAnotherProgramFetchedIsUsed() throws IOException {
    Files.createDirectories(user.repository().resolve("blobs"));
    Files.write(user.blob("model.safetensors"), user.hub().content("model.safetensors"));

    user.sources().fetch(MAIN, Wanted.EVERYTHING);

    assertThat(user.hub().largeRequests).isEmpty();
  }

  @Test
  void offlineTakesTheCacheAndAsksNothing() {
    var online = user.sources().fetch(MAIN, Wanted.EVERYTHING);
    user.hub().requests.clear();

    assertThat(user.sources("HF_HUB_OFFLINE", "1").fetch(MAIN, Wanted.EVERYTHING))
        .isEqualTo(online);
    assertThat(user.hub().requests).isEmpty();
  }

  @Test
  void offlineWithoutTheModelSaysSo() {
    var problem = problem(() -> user.sources("HF_HUB_OFFLINE", "1").fetch(MAIN, Wanted.EVERYTHING));

    assertThat(problem.category()).isEqualTo(Category.UNREACHABLE);
    assertThat(problem)
        .hasMessage(
            """
            The cache holds nothing of embark/tiny (%s).
            HF_HUB_OFFLINE is set, so nothing is fetched.
            Fetch it once with a connection to the hub, or copy the cache folder of a machine that \
            has it.\
            """
                .formatted(user.repository()));
    assertThat(user.hub().requests).isEmpty();
  }

  @Test
  void offlineNamesTheFileThatIsMissing() {
    user.sources().fetch(MAIN, Wanted.WITHOUT_WEIGHTS);

    assertThat(
            problem(() -> user.sources("HF_HUB_OFFLINE", "1").fetch(MAIN, Wanted.EVERYTHING))
                .what())
        .startsWith("The cache holds only a part, without model.safetensors, of embark/tiny");
  }

  /// Another program loads a transformer without the pooling beside it; taken as it is, this
  /// snapshot would be pooled by the rule for plain checkpoints.
  @Test
  void offlineSnapshotThatMayLackItsPoolingIsRefused() throws IOException {
    var snapshot = user.repository().resolve("snapshots").resolve(LocalHub.COMMIT);
    Files.createDirectories(snapshot);
    Files.writeString(snapshot.resolve("config.json"), "{}");
    Files.writeString(snapshot.resolve("model.safetensors"), "x");

    assertThat(
            problem(() -> user.sources("HF_HUB_OFFLINE", "1").fetch(PINNED, Wanted.EVERYTHING))
                .what())
        .startsWith("The cache holds only a part, without modules.json, of embark/tiny@0123");

    var absent = user.repository().resolve(".no_exist").resolve(LocalHub.COMMIT);
    Files.createDirectories(absent);
    Files.createFile(absent.resolve("modules.json"));
    assertThat(user.sources("HF_HUB_OFFLINE", "1").fetch(PINNED, Wanted.EVERYTHING).files())
        .hasSize(2);
  }

  @Test
  void listingThatAnotherProgramKeptCompletesASnapshot() throws IOException {
    var snapshot = user.repository().resolve("snapshots").resolve(LocalHub.COMMIT);
    Files.createDirectories(snapshot);
    Files.writeString(snapshot.resolve("config.json"), "{}");
    Files.writeString(snapshot.resolve("model.safetensors"), "x");
    Files.createDirectories(user.repository().resolve("trees"));
    Files.writeString(
        user.repository().resolve("trees").resolve(LocalHub.COMMIT + ".json"),
        """
        {"format_version": 1, "files": {"config.json": {"size": 2, "blob_id": "x"},
         "model.safetensors": {"size": 1, "blob_id": "y"}}}
        """);

    assertThat(user.sources().fetch(PINNED, Wanted.EVERYTHING).files()).hasSize(2);
    assertThat(user.hub().requests).isEmpty();
  }

  @Test
  void shardsAreThoseOfTheIndex() throws IOException {
    try (var other = new LocalHub()) {
      other
          .with("config.json", "{}")
          .with(
              "model.safetensors.index.json",
              """
              {"weight_map": {"a": "model-00001-of-00002.safetensors",
                              "b": "model-00002-of-00002.safetensors"}}
              """)
          .with("model-00001-of-00002.safetensors", "a")
          .with("model-00002-of-00002.safetensors", "b")
          .with("consolidated.safetensors", "ab");

      var fetched =
          user.sources("HF_ENDPOINT", other.uri().toString()).fetch(MAIN, Wanted.EVERYTHING);

      assertThat(fetched.files())
          .map(Path::toString)
          .containsExactly(
              "config.json",
              "model-00001-of-00002.safetensors",
              "model-00002-of-00002.safetensors",
              "model.safetensors.index.json");
    }
  }
}
