package dev.embark.bundle;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A bundle in the making: a hidden folder `.NAME.embark-RANDOM` beside its final place, renamed
/// into it when all is written.
///
/// Nothing that looks like a bundle is left when the writer is closed without [#commit], when a
/// write fails, or when the process is asked to stop (Ctrl-C): the folder goes, and so do parent
/// folders that the writer made. A killed process leaves the hidden folder, never a bundle.
public final class BundleWriter implements AutoCloseable {
  private static final String SCRATCH = ".scratch";
  private static final int REMOVAL_ATTEMPTS = 50;
  private static final int REMOVAL_PAUSE_MS = 10;

  private final Path target;
  private final Path folder;
  private final Deque<Path> parentsMade;
  private final Thread hook;
  private final Object lock = new Object();
  private boolean open = true;

  private BundleWriter(Path target, Path folder, Deque<Path> parentsMade) {
    this.target = target;
    this.folder = folder;
    this.parentsMade = parentsMade;
    this.hook = Thread.ofPlatform().name("embark-bundle-removal").unstarted(this::discard);
  }

  /// Starts a bundle that is to lie at `target`, which must not exist; missing parents are made.
  public static BundleWriter create(Path target) {
    Path place = target.toAbsolutePath().normalize();
    refuseExisting(place, target);
    Path parent = place.getParent();
    if (parent == null) {
      throw exists(target);
    }
    var parentsMade = new ArrayDeque<Path>();
    try {
      makeParents(parent, parentsMade);
      Path folder =
          Files.createDirectory(parent.resolve("." + place.getFileName() + ".embark-" + random()));
      var writer = new BundleWriter(place, folder, parentsMade);
      Runtime.getRuntime().addShutdownHook(writer.hook);
      return writer;
    } catch (IOException e) {
      parentsMade.forEach(BundleWriter::removeEmpty);
      throw unwritable(target, e);
    }
  }

  /// Returns the folder to write into until [#commit].
  public Path folder() {
    return folder;
  }

  /// Returns where to write the file `path`, relative with `/` between names; folders on the way
  /// are made.
  public Path file(String path) {
    if (!FileDigest.isInside(path)) {
      throw new IllegalArgumentException("path leaves the bundle: " + path);
    }
    Path file = folder.resolve(path);
    try {
      Files.createDirectories(file.resolveSibling("."));
      return file;
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  /// Returns where to write a file that is needed only until [#commit], which removes it.
  public Path scratch(String name) {
    return file(SCRATCH + "/" + name);
  }

  /// Writes a file.
  public void write(String path, byte[] bytes) {
    Path file = file(path);
    try {
      Files.write(file, bytes, StandardOpenOption.CREATE_NEW);
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  /// Copies a file into the bundle.
  public void copy(Path source, String path) {
    Path file = file(path);
    try {
      Files.copy(source, file);
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  /// Reads all files written so far and returns their digests by path: the list for the manifest.
  public List<FileDigest> digests() {
    try {
      var digests = new ArrayList<FileDigest>();
      for (String path : paths()) {
        digests.add(FileDigest.of(folder, path));
      }
      return digests;
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
  }

  /// Writes the manifest, brings everything to the disk, and renames the folder into place.
  ///
  /// The manifest must list exactly the files written.
  public Bundle commit(Manifest manifest) {
    var listed = manifest.files().stream().map(FileDigest::path).collect(Collectors.toSet());
    try {
      removeTree(folder.resolve(SCRATCH));
      var written = paths();
      if (written.size() != listed.size() || !listed.containsAll(written)) {
        throw new IllegalStateException("manifest lists " + listed + ", written are " + written);
      }
      write(Manifest.FILE_NAME, manifest.toJson());
      force();
      synchronized (lock) {
        if (!open) {
          throw new IllegalStateException("the writer is closed");
        }
        // A rename replaces an empty folder in silence, hence the second look.
        refuseExisting(target, target);
        Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
        open = false;
        parentsMade.clear();
      }
      forceFolder(target.resolveSibling("."));
    } catch (IOException e) {
      throw unwritable(target, e);
    }
    close();
    return Bundle.open(target);
  }

  /// Removes what was written, unless it was committed.
  @Override
  public void close() {
    discard();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The process is shutting down: the hook runs or has run.
    }
  }

  private void discard() {
    synchronized (lock) {
      if (!open) {
        return;
      }
      open = false;
      for (int attempt = 0; attempt < REMOVAL_ATTEMPTS && !removeTree(folder); attempt++) {
        // Another thread is still writing files into it while the process is being stopped.
        pause();
      }
      parentsMade.forEach(BundleWriter::removeEmpty);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(REMOVAL_PAUSE_MS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Returns a problem of category `UNWRITABLE` for a failed write to `path`.
  public static Problem unwritable(Path path, IOException e) {
    return new Problem(
        Category.UNWRITABLE,
        "Cannot write " + path + ".",
        reason(e),
        "Choose another place with -o, or make room and check the permissions there.",
        e);
  }

  private static String reason(IOException e) {
    if (e instanceof FileAlreadyExistsException exists) {
      return exists.getFile() + " is a file; a folder is needed there.";
    }
    String reason =
        e instanceof FileSystemException fileSystem && fileSystem.getReason() != null
            ? fileSystem.getReason()
            : String.valueOf(e.getMessage());
    return reason.endsWith(".") ? reason : reason + ".";
  }

  private static void refuseExisting(Path place, Path target) {
    if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      throw exists(target);
    }
  }

  private static Problem exists(Path target) {
    return new Problem(
        Category.UNWRITABLE,
        target + " exists already.",
        "Embark never writes over anything.",
        "Choose another name with -o, or remove it first.");
  }

  /// Makes `folder` and the missing ones above it; `made` lists them, deepest first.
  private static void makeParents(Path folder, Deque<Path> made) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.getParent();
    if (parent != null) {
      makeParents(parent, made);
    }
    Files.createDirectory(folder);
    made.addFirst(folder);
  }

  private static String random() {
    var bytes = new byte[6];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private List<String> paths() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString().replace('\\', '/'))
          .filter(path -> !path.equals(Manifest.FILE_NAME) && !path.startsWith(SCRATCH + "/"))
          .sorted()
          .toList();
    }
  }

  private void force() throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = walk.toList();
    }
    for (Path path : all) {
      if (Files.isDirectory(path)) {
        forceFolder(path);
      } else {
        try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
      }
    }
  }

  /// Brings the names in a folder to the disk; systems that cannot (Windows) do so by themselves.
  private static void forceFolder(Path folder) {
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException _) {
      // The files themselves have been forced; a lost name shows as a missing bundle.
    }
  }

  private static boolean removeTree(Path folder) {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    } catch (NoSuchFileException _) {
      return true;
    } catch (IOException | UncheckedIOException _) {
      return false;
    }
    boolean removed = true;
    for (Path path : all) {
      removed &= removeEmpty(path);
    }
    return removed;
  }

  private static boolean removeEmpty(Path path) {
    try {
      Files.deleteIfExists(path);
      return true;
    } catch (IOException _) {
      return false;
    }
  }
}
