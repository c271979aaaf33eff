package dev.embark.toolchain;

import static java.util.Objects.requireNonNull;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.process.FolderTree;
import dev.embark.progress.Progress;
import dev.embark.toolchain.Toolchain.Wheel;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// Compilers that are installed on this machine, below one folder.
///
/// @param folder in which each has one of its own; others may lie beside them
public record Toolchains(Path folder) {
  /// Returns those in the machine's cache.
  public static Toolchains in(Path cache) {
    return new Toolchains(cache.resolve("toolchains"));
  }

  /// Where a wheel comes from.
  public sealed interface Origin {
    /// From where pip gets its packages.
    record PipConfiguration(Map<String, String> environment, Path home) implements Origin {}

    /// From an index.
    record Index(String address) implements Origin {}

    /// Files that lie here, and folders of such.
    record Files(List<Path> files) implements Origin {
      public Files {
        files = List.copyOf(files);
      }
    }
  }

  /// Returns the folder of a toolchain, if it is installed.
  public Optional<Path> find(Toolchain toolchain) {
    var place = place(toolchain);
    return Files.isDirectory(place)
        ? Optional.of(place.resolve(toolchain.home()))
        : Optional.empty();
  }

  /// Returns the folder of a toolchain; throws a `Problem` of category `UNAVAILABLE` where it is
  /// not installed.
  public Path require(Toolchain toolchain) {
    return find(toolchain)
        .orElseThrow(() ->
            new Problem(
                Category.UNAVAILABLE,
                "The compiler of " + toolchain.name() + " is not installed.",
                "Embark brings no vendor's programs along.",
                "Run `embark toolchain install " + toolchain.name() + "`."));
  }

  private Path place(Toolchain toolchain) {
    return folder.resolve(toolchain.name() + "-" + toolchain.version());
  }

  /// Installs a toolchain, unless it is there; throws a `Problem` and leaves nothing that could be
  /// taken for one where that fails.
  public Path install(Toolchain toolchain, Origin origin, Progress progress) {
    var found = find(toolchain);
    if (found.isPresent()) {
      return found.get();
    }
    if (!toolchain.runs(System.getProperty("os.name"), System.getProperty("os.arch"))) {
      throw new Problem(
          Category.UNAVAILABLE,
          toolchain.name() + "'s compiler does not run on this machine.",
          "It is a program for Linux on x86-64.",
          "Convert there, and copy the bundle.");
    }
    try {
      Files.createDirectories(folder);
      // Two at a time would write into one half file; the second finds what the first has brought.
      try (var channel =
              FileChannel.open(
                  folder.resolve(toolchain.name() + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          var _ = channel.lock()) {
        if (find(toolchain).isEmpty()) {
          build(toolchain, origin, progress);
        }
      }
    } catch (IOException e) {
      throw new Problem(
          Category.UNWRITABLE,
          "Cannot install " + toolchain.name() + " in " + folder + ".",
          String.valueOf(e.getMessage()),
          "Check the space left and the permissions there.",
          e);
    }
    return require(toolchain);
  }

  /// Unpacks all wheels beside the final name, and renames.
  private void build(Toolchain toolchain, Origin origin, Progress progress) throws IOException {
    var source = source(toolchain, origin, progress);
    var fresh = Files.createTempDirectory(folder, "." + toolchain.name());
    try {
      for (var wheel : toolchain.wheels()) {
        unpack(wheel, source.bring(wheel), fresh, progress);
        Files.deleteIfExists(incomplete(wheel));
      }
      Files.move(fresh, place(toolchain), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      FolderTree.delete(fresh);
    }
  }

  private Path incomplete(Wheel wheel) {
    return folder.resolve(wheel.file() + ".incomplete");
  }

  /// Brings a wheel here, whose digest is the right one.
  private interface Source {
    Path bring(Wheel wheel) throws IOException;
  }

  private Source source(Toolchain toolchain, Origin origin, Progress progress) {
    return switch (origin) {
      case Origin.Files(var given) -> {
        var files = LocalWheels.of(toolchain, given);
        yield wheel -> {
          var file = requireNonNull(files.get(wheel));
          requireDigest(wheel, file, progress);
          return file;
        };
      }
      case Origin.Index(var address) -> download(PipIndex.parse(address), progress);
      case Origin.PipConfiguration(var environment, var home) ->
          download(PipIndex.of(environment, home), progress);
    };
  }

  private Source download(URI index, Progress progress) {
    var download = new WheelDownload(index, progress);
    return wheel -> {
      var partial = incomplete(wheel);
      download.run(wheel, partial);
      try {
        requireDigest(wheel, partial, progress);
      } catch (Problem e) {
        Files.deleteIfExists(partial);
        throw e;
      }
      return partial;
    };
  }

  private static void requireDigest(Wheel wheel, Path file, Progress progress) throws IOException {
    var digest = sha256();
    try (var task = progress.begin("Checking", Files.size(file), Progress.Unit.BYTES);
        var input = new DigestInputStream(Files.newInputStream(file), digest)) {
      var block = new byte[1 << 16];
      for (int count = input.read(block); count >= 0; count = input.read(block)) {
        task.advance(count);
      }
    }
    var actual = HexFormat.of().formatHex(digest.digest());
    if (!actual.equals(wheel.sha256())) {
      throw new Problem(
          Category.BAD_INPUT,
          file.getFileName() + " has the digest " + actual + ", expected " + wheel.sha256() + ".",
          "It is another version, or was changed on its way.",
          "Fetch " + wheel.file() + " again.");
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void unpack(Wheel wheel, Path file, Path target, Progress progress)
      throws IOException {
    try (var zip = new ZipFile(file.toFile())) {
      var members =
          wheel.members().isEmpty()
              ? zip.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName).toList()
              : wheel.members();
      try (var task = progress.begin("Unpacking", members.size(), Progress.Unit.STEPS)) {
        for (var member : members) {
          unpack(zip, member, target);
          task.advance(1);
        }
      }
    }
  }

  private static void unpack(ZipFile zip, String member, Path target) throws IOException {
    var entry = zip.getEntry(member);
    if (entry == null) {
      throw new IOException("the wheel has no " + member);
    }
    var file = target.resolve(member).normalize();
    if (!file.startsWith(target)) {
      throw new IOException("the wheel has a file outside of itself: " + member);
    }
    Files.createDirectories(file.getParent());
    try (var input = zip.getInputStream(entry)) {
      Files.copy(input, file);
    }
    if (member.contains("/bin/") && !file.toFile().setExecutable(true, true)) {
      throw new IOException(file + " cannot be made a program");
    }
  }

  /// Removes a toolchain; returns whether there was one.
  public boolean remove(Toolchain toolchain) {
    var place = place(toolchain);
    if (!Files.isDirectory(place)) {
      return false;
    }
    try {
      FolderTree.delete(place);
    } catch (IOException e) {
      throw new Problem(
          Category.UNWRITABLE,
          "Cannot remove " + place + ".",
          String.valueOf(e.getMessage()),
          "Check the permissions there.",
          e);
    }
    return true;
  }
}
