package dev.embark.source;

import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.source.ModelReference.HubRepository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.SortedSet;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// Fetches the files of a hub repository that Embark reads into the hub's own cache.
///
/// A commit never changes: what the cache has of it is used without a request. A branch or tag
/// costs one request; where nobody answers, the commit it stood for last is taken, as
/// `huggingface_hub` does. In every case the snapshot must be complete, and known to be: a snapshot
/// that another program filled with a part of the repository would otherwise lose its pooling in
/// silence.
final class HubSource {
  private static final int MODULES_MAX = 64;
  private static final int SHARDS_MAX = 10_000;

  private final SourceSettings settings;
  private final Patience patience;
  private final Progress progress;

  HubSource(SourceSettings settings, Patience patience, Progress progress) {
    this.settings = settings;
    this.patience = patience;
    this.progress = progress;
  }

  /// Brings one file into the snapshot, or says that it cannot.
  private interface Provider {
    void provide(String file) throws IOException;
  }

  Fetched fetch(HubRepository repository, Wanted wanted) {
    var cache = new HubCache(settings, repository);
    if (settings.network() == SourceSettings.Network.OFFLINE) {
      return cached(cache, repository, wanted, "HF_HUB_OFFLINE is set, so nothing is fetched.");
    }
    var known =
        repository.isPinned()
            ? cache.listing(repository, repository.revision())
            : Optional.<Listing>empty();
    try (var client = new HubClient(settings, patience)) {
      var listing = known.isPresent() ? known.get() : client.list(repository);
      var download = new BlobDownload(client, cache, patience, progress);
      var fetched =
          collect(
              cache,
              repository,
              listing,
              wanted,
              file -> download.run(client.describe(repository, listing.commit(), file)));
      cache.remember(listing);
      cache.remember(repository, listing.commit());
      return fetched;
    } catch (IOException e) {
      var why = settings.endpoint() + " cannot be reached: " + Reasons.of(e);
      return cached(cache, repository, wanted, why);
    }
  }

  /// Returns what the cache has, if that is everything; `why` says why the hub was not asked.
  private Fetched cached(HubCache cache, HubRepository repository, Wanted wanted, String why) {
    var commit =
        cache.commit(repository).orElseThrow(() -> absent(cache, repository, "nothing", why));
    var known = cache.listing(repository, commit);
    var listing = known.orElseGet(() -> cache.present(repository, commit));
    if (listing.files().isEmpty()) {
      throw absent(cache, repository, "nothing", why);
    }
    // Without modules.json pooling follows a rule; whether there is one must be known.
    if (known.isEmpty()
        && !listing.files().contains("modules.json")
        && !cache.isKnownAbsent(commit, "modules.json")) {
      throw absent(cache, repository, "only a part, without modules.json,", why);
    }
    try {
      return collect(
          cache,
          repository,
          listing,
          wanted,
          file -> {
            throw absent(cache, repository, "only a part, without " + file + ",", why);
          });
    } catch (IOException e) {
      throw new IllegalStateException("the cache needs no answer", e);
    }
  }

  private static Problem absent(HubCache cache, HubRepository repository, String part, String why) {
    return new Problem(
        Category.UNREACHABLE,
        "The cache holds " + part + " of " + repository.text() + " (" + cache.folder() + ").",
        why,
        "Fetch it once with a connection to the hub, or copy the cache folder of a machine that has"
            + " it.");
  }

  /// Provides the chosen files, the small ones first: they decide which others are needed.
  private Fetched collect(
      HubCache cache, HubRepository repository, Listing listing, Wanted wanted, Provider provider)
      throws IOException {
    var files = new Selection(cache, listing, provider);
    files.add(FileChoice.configuration(listing.files(), ""));
    var folders = files.modules();
    for (var folder : folders) {
      files.add(FileChoice.configuration(listing.files(), folder));
    }
    switch (wanted) {
      case WITHOUT_WEIGHTS -> {}
      case EVERYTHING -> weights(repository, listing, folders, files);
    }
    return new Fetched(
        repository, listing.commit(), cache.snapshot(listing.commit()), files.paths());
  }

  private static void weights(
      HubRepository repository, Listing listing, SequencedSet<String> folders, Selection files)
      throws IOException {
    // The first module reads tokens: its weights are the model, wherever it lies.
    var first = new TreeSet<>(FileChoice.weights(listing.files(), ""));
    if (!folders.isEmpty()) {
      first.addAll(FileChoice.weights(listing.files(), folders.getFirst()));
    }
    if (first.isEmpty()) {
      first.addAll(FileChoice.onnx(listing.files()));
    }
    if (first.isEmpty()) {
      throw new Problem(
          Category.BAD_INPUT,
          repository.text() + " has no weights that Embark reads.",
          "Expected model.safetensors, pytorch_model.bin or onnx/model.onnx, whole or in shards;"
              + " found "
              + likelyWeights(listing)
              + ".",
          "Take the repository this one was made from.");
    }
    files.addWeights(first);
    for (var folder : folders) {
      files.addWeights(FileChoice.weights(listing.files(), folder));
    }
  }

  private static String likelyWeights(Listing listing) {
    var found =
        listing.files().stream()
            .filter(file ->
                file.matches(".*\\.(safetensors|bin|onnx|gguf|h5|pt|pth|msgpack|ot|tflite)"))
            .limit(5)
            .toList();
    return found.isEmpty() ? "none" : String.join(", ", found);
  }

  /// The files of one fetch, as they come together.
  private static final class Selection {
    private final HubCache cache;
    private final Listing listing;
    private final Provider provider;
    private final SortedSet<String> names = new TreeSet<>();

    Selection(HubCache cache, Listing listing, Provider provider) {
      this.cache = cache;
      this.listing = listing;
      this.provider = provider;
    }

    void add(Iterable<String> files) throws IOException {
      for (var file : files) {
        if (names.add(file) && !cache.has(listing.commit(), file)) {
          provider.provide(file);
        }
      }
    }

    void addWeights(Iterable<String> files) throws IOException {
      add(files);
      for (var file : files) {
        if (FileChoice.isIndex(file)) {
          add(shards(file));
        }
      }
    }

    private SortedSet<String> shards(String index) {
      var shards = new TreeSet<String>();
      for (JsonNode shard : Json.readObject(path(index)).path("weight_map")) {
        var name = RelativeName.in(RelativeName.folder(index), shard.stringValue(""));
        if (!listing.files().contains(name) || shards.size() >= SHARDS_MAX) {
          throw new Problem(
              Category.BAD_INPUT,
              index + " names the shard \"" + name + "\", which the repository does not have.",
              "",
              "Take another revision.");
        }
        shards.add(name);
      }
      return shards;
    }

    /// Returns the folders of the modules in their order, without the top.
    SequencedSet<String> modules() {
      var folders = new LinkedHashSet<String>();
      if (!names.contains("modules.json")) {
        return folders;
      }
      for (JsonNode module : Json.read(path("modules.json"))) {
        var folder = module.path("path").stringValue("").replaceAll("/+$", "");
        if (folders.size() >= MODULES_MAX || !(folder.isEmpty() || RelativeName.isSafe(folder))) {
          throw new Problem(
              Category.BAD_INPUT,
              "modules.json names the module folder \"" + folder + "\".",
              "Expected at most " + MODULES_MAX + " folders inside the model.",
              "Take the model from a source you trust.");
        }
        if (!folder.isEmpty()) {
          folders.add(folder);
        }
      }
      return folders;
    }

    private Path path(String file) {
      return ModelFolder.resolve(cache.snapshot(listing.commit()), file);
    }

    List<Path> paths() {
      var paths = new ArrayList<Path>();
      names.forEach(name -> paths.add(Path.of(name)));
      return paths;
    }
  }
}
