package dev.embark.bundle;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/// A folder with an `embark.json`, whose files have been found complete.
///
/// Opening compares lengths only, which takes no time; [#checkDigests] reads every byte.
public final class Bundle {
  private final Path folder;
  private final Manifest manifest;

  private Bundle(Path folder, Manifest manifest) {
    this.folder = folder;
    this.manifest = manifest;
  }

  /// Opens a bundle; a missing manifest, and files that are missing or of another length, are
  /// problems of category `BAD_INPUT` that name every such file.
  public static Bundle open(Path folder) {
    Path file = folder.resolve(Manifest.FILE_NAME);
    if (!Files.isDirectory(folder)) {
      throw new Problem(
          Category.BAD_INPUT,
          "There is no folder " + folder + ".",
          "",
          "Give the folder that `embark convert` wrote.");
    }
    if (!Files.isRegularFile(file)) {
      throw new Problem(
          Category.BAD_INPUT,
          folder + " is not a bundle: it has no " + Manifest.FILE_NAME + ".",
          "",
          "If it is a checkpoint, convert it first: embark convert " + folder + " -o BUNDLE");
    }
    var bundle = new Bundle(folder, Manifest.read(file));
    bundle.checkSizes();
    return bundle;
  }

  public Path folder() {
    return folder;
  }

  public Manifest manifest() {
    return manifest;
  }

  /// Returns where a file of the bundle lies; `path` is relative with `/` between names.
  public Path file(String path) {
    return folder.resolve(path);
  }

  /// Returns what a user of this bundle should be told each time, in sentences.
  public List<String> notices() {
    boolean isUnproven =
        manifest.variants().stream().anyMatch(variant -> variant.proof() instanceof Proof.Skipped);
    return isUnproven
        ? List.of(
            folder
                + " was converted with --skip-verification: nothing proves that its vectors are"
                + " right.")
        : List.of();
  }

  private void checkSizes() {
    var damaged = new ArrayList<String>();
    for (var file : manifest.files()) {
      try {
        BasicFileAttributes found =
            Files.readAttributes(file(file.path()), BasicFileAttributes.class);
        if (!found.isRegularFile()) {
          damaged.add(file.path() + " is not a file");
        } else if (found.size() != file.size()) {
          damaged.add(file.path() + " has " + found.size() + " bytes, expected " + file.size());
        }
      } catch (IOException e) {
        damaged.add(file.path() + (isAbsent(file) ? " is missing" : " cannot be read: " + e));
      }
    }
    refuse(damaged);
  }

  private boolean isAbsent(FileDigest file) {
    return Files.notExists(file(file.path()), LinkOption.NOFOLLOW_LINKS);
  }

  /// Reads every file and compares it with the manifest; the files that differ are named in a
  /// problem of category `BAD_INPUT`.
  public void checkDigests(Progress progress) {
    long total = manifest.files().stream().mapToLong(FileDigest::size).sum();
    var damaged = new ArrayList<String>();
    try (var task = progress.begin("Checking files", total, Progress.Unit.BYTES)) {
      for (var file : manifest.files()) {
        try {
          var found = FileDigest.of(folder, file.path());
          if (!found.equals(file)) {
            damaged.add(
                file.path() + " has SHA-256 " + found.sha256() + ", expected " + file.sha256());
          }
        } catch (IOException e) {
          damaged.add(file.path() + " cannot be read: " + e);
        }
        task.advance(file.size());
      }
    }
    refuse(damaged);
  }

  private void refuse(List<String> damaged) {
    if (!damaged.isEmpty()) {
      throw new Problem(
          Category.BAD_INPUT,
          "The bundle " + folder + " is damaged: " + String.join("; ", damaged) + ".",
          "Its files are not those that " + Manifest.FILE_NAME + " lists.",
          "Copy it again from where it came, or convert the model again.");
    }
  }
}
