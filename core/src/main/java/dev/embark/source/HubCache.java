package dev.embark.source;

import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.source.ModelReference.HubRepository;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/// One repository in the cache that `huggingface_hub` and everything built on it share:
///
/// ```
/// <cache>/models--owner--name/blobs/<etag>                    the content of a file
///                             refs/<revision>                 the commit it stood for, 40 digits
///                             snapshots/<commit>/<file>       link to ../../blobs/<etag>
///                             trees/<commit>.json             names of all files (huggingface_hub 2)
///         .locks/models--owner--name/<etag>.lock
/// ```
///
/// A blob that is still arriving is called `<etag>.embark.incomplete`: older versions of
/// `huggingface_hub` append to `<etag>.incomplete`, newer ones make up a name for each download,
/// and neither can lock us out. Names of all files are kept for ourselves in
/// `<embark>/hub/models--owner--name/<commit>.json`, because a snapshot does not tell what it
/// lacks.
final class HubCache {
  private static final System.Logger LOG = System.getLogger(HubCache.class.getName());
  private static final int FILES_MAX = 20_000;
  private static final String TAG =
      "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of the model hub; it can be deleted.\n";

  private final Path hub;
  private final Path folder;
  private final Path locks;
  private final Path listings;
  private final SourceSettings.Links links;

  HubCache(SourceSettings settings, HubRepository repository) {
    var name = "models--" + repository.repository().replace("/", "--");
    this.hub = settings.hubCache();
    this.folder = hub.resolve(name);
    this.locks = hub.resolve(".locks").resolve(name);
    this.listings = settings.embarkCache().resolve("hub").resolve(name);
    this.links = settings.links();
  }

  Path folder() {
    return folder;
  }

  Path snapshot(String commit) {
    return folder.resolve("snapshots").resolve(commit);
  }

  Path blob(Etag etag) {
    return folder.resolve("blobs").resolve(etag.value());
  }

  Path incomplete(Etag etag) {
    return folder.resolve("blobs").resolve(etag.value() + ".embark.incomplete");
  }

  Path lock(Etag etag) {
    return locks.resolve(etag.value() + ".lock");
  }

  /// Returns whether the snapshot has the file; a link into the void does not count.
  boolean has(String commit, String file) {
    return Files.isRegularFile(snapshot(commit).resolve(file));
  }

  /// Returns the commit the revision stood for when it was last fetched.
  Optional<String> commit(HubRepository repository) {
    if (repository.isPinned()) {
      return Optional.of(repository.revision());
    }
    var reference = folder.resolve("refs").resolve(repository.revision());
    try {
      return Optional.of(Files.readString(reference).strip())
          .filter(commit -> new HubRepository(repository.repository(), commit).isPinned());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// Remembers the commit a revision stands for.
  void remember(HubRepository repository, String commit) {
    if (!repository.isPinned() && !commit(repository).equals(Optional.of(commit))) {
      write(folder.resolve("refs").resolve(repository.revision()), commit);
    }
  }

  /// Returns all file names of a commit, if an earlier fetch (ours or another program's) kept them.
  Optional<Listing> listing(HubRepository repository, String commit) {
    var ours = names(listings.resolve(commit + ".json"));
    var names = ours.isPresent() ? ours : names(folder.resolve("trees").resolve(commit + ".json"));
    return names.map(files -> Listing.of(repository.text(), commit, files));
  }

  private static Optional<List<String>> names(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      var files = Json.readObject(file).path("files");
      return files.isObject() ? Optional.of(List.copyOf(files.propertyNames())) : Optional.empty();
    } catch (Problem e) {
      // Only a shortcut: without it, the hub is asked.
      return Optional.empty();
    }
  }

  void remember(Listing listing) {
    var file = listings.resolve(listing.commit() + ".json");
    if (!Files.exists(file)) {
      var json = Json.object();
      var files = json.putObject("files");
      listing.files().forEach(files::putObject);
      write(file, Json.pretty(json));
    }
  }

  /// Returns the files that a snapshot has, whether or not these are all.
  Listing present(HubRepository repository, String commit) {
    var snapshot = snapshot(commit);
    if (!Files.isDirectory(snapshot)) {
      return new Listing(commit, new TreeSet<>());
    }
    var names = new ArrayList<String>();
    try (Stream<Path> walk = Files.walk(snapshot)) {
      walk.filter(Files::isRegularFile)
          .limit(FILES_MAX)
          .forEach(file -> names.add(snapshot.relativize(file).toString().replace('\\', '/')));
    } catch (IOException e) {
      throw new Problem(Category.BAD_INPUT, "Cannot read " + snapshot + ".", Reasons.of(e), "", e);
    }
    return Listing.of(repository.text(), commit, names);
  }

  /// Returns whether another program found out that the commit has no such file.
  boolean isKnownAbsent(String commit, String file) {
    return Files.exists(folder.resolve(".no_exist").resolve(commit).resolve(file));
  }

  /// Creates the folders of a repository, and marks the cache for backup programs.
  void prepare() throws IOException {
    Files.createDirectories(folder.resolve("blobs"));
    var tag = hub.resolve("CACHEDIR.TAG");
    if (!Files.exists(tag)) {
      Files.writeString(tag, TAG);
    }
  }

  /// Gives a blob its name in a snapshot: as a relative symbolic link, so that the cache can be
  /// moved; else as a second name of the same file; else as a copy. The caller holds the blob's
  /// lock.
  void link(Etag etag, String commit, String file) throws IOException {
    if (has(commit, file)) {
      return;
    }
    var name = snapshot(commit).resolve(file);
    var blob = blob(etag);
    var parent = snapshot(commit).resolve(RelativeName.folder(file));
    Files.createDirectories(parent);
    Files.deleteIfExists(name);
    try {
      switch (links) {
        case SYMBOLIC -> Files.createSymbolicLink(name, parent.relativize(blob));
        case NOT_SYMBOLIC -> Files.createLink(name, blob);
      }
    } catch (FileAlreadyExistsException e) {
      // Another program was as fast, with the same blob.
    } catch (IOException | UnsupportedOperationException e) {
      Files.copy(blob, name);
    }
  }

  /// Writes a file whole or not at all. What is remembered only saves a request the next time, so a
  /// cache that is mounted read-only and complete is no reason to fail.
  private static void write(Path file, String text) {
    var temporary =
        file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(temporary, text);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, () -> "cannot remember " + file, e);
    }
  }

  /// Returns the problem of a cache that cannot take a file.
  static Problem unwritable(Path file, IOException cause) {
    if (cause instanceof ClosedByInterruptException
        || cause.getCause() instanceof ClosedByInterruptException) {
      return Patience.interrupted();
    }
    return new Problem(
        Category.UNWRITABLE,
        "Cannot write " + file + ".",
        Reasons.of(cause),
        "Make room or give access there, or name another folder in HF_HOME or XDG_CACHE_HOME.",
        cause);
  }
}
