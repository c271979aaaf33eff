package dev.embark.report;

import dev.embark.Backends;
import dev.embark.Devices;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.FileDigest;
import dev.embark.bundle.Proof;
import dev.embark.bundle.Variant;
import dev.embark.bundle.WantedVariant;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Engine;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.verify.References;
import dev.embark.verify.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Writes what proves a bundle as a page: all its variants beside each other, computed once more
/// and timed on this machine.
public final class BundlePage {
  /// Name of the page that a conversion writes into its bundle.
  public static final String FILE_NAME = "report.html";

  private final Bundle bundle;
  private final Map<String, Report> fresh;
  private final Path cache;
  private final Progress progress;

  /// Prepares a page.
  ///
  /// @param fresh what was measured just now, by variant; for others the page has what their
  ///   conversion measured
  /// @param cache folder of the `MachineCache`
  public BundlePage(Bundle bundle, Map<String, Report> fresh, Path cache, Progress progress) {
    this.bundle = bundle;
    this.fresh = Map.copyOf(fresh);
    this.cache = cache;
    this.progress = progress;
  }

  /// Writes the page, in place of one that is there; throws a `Problem` where the bundle has no
  /// proof or the file cannot be written.
  public void write(Path file) {
    var page = new PageText(bundle.manifest(), machine(), chapters()).toHtml();
    try {
      Files.writeString(file, page);
    } catch (IOException e) {
      throw BundleWriter.unwritable(file, e);
    }
  }

  private List<String> machine() {
    return List.of(
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors() + " processors",
        "Java " + System.getProperty("java.version"),
        runtime());
  }

  private String runtime() {
    var backend =
        Backends.choose(bundle, new WantedVariant.Preferred(), Devices.OF_THIS_MACHINE, cache)
            .backend();
    return backend.name() + " " + backend.version();
  }

  private List<Chapter> chapters() {
    var engines = new ArrayList<Engine>();
    try {
      var proven = new ArrayList<Variant>();
      for (var variant : bundle.manifest().variants()) {
        if (variant.proof() instanceof Proof.Proven) {
          open(variant)
              .ifPresent(engine -> {
                proven.add(variant);
                engines.add(engine);
              });
        }
      }
      return chapters(proven, engines);
    } finally {
      engines.forEach(Engine::close);
    }
  }

  /// Opens a variant; one for a device that this machine does not have is left to its manifest.
  private Optional<Engine> open(Variant variant) {
    var wanted = new WantedVariant.Named(variant.name(), "the report");
    try {
      var choice = Backends.choose(bundle, wanted, Devices.OF_THIS_MACHINE, cache);
      return Optional.of(Engine.open(choice.files(), choice.backend(), EmbedSettings.defaults()));
    } catch (Problem e) {
      if (e.category() != Category.UNAVAILABLE) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private List<Chapter> chapters(List<Variant> variants, List<Engine> engines) {
    var chapters = new ArrayList<Chapter>();
    if (variants.isEmpty()) {
      return chapters;
    }
    var first = (Proof.Proven) variants.getFirst().proof();
    var pipeline = bundle.manifest().pipeline();
    var references = References.read(bundle.file(first.references()), pipeline);
    double[] speeds = Speed.of(references).measure(engines, progress);
    for (int i = 0; i < variants.size(); i++) {
      var variant = variants.get(i);
      var report = fresh.get(variant.name());
      chapters.add(
          new Chapter(
              variant,
              bytes(variant),
              speeds[i],
              report == null ? Judged.of((Proof.Proven) variant.proof()) : Judged.of(report),
              Evidence.of(engines.get(i), references, progress)));
    }
    return chapters;
  }

  private long bytes(Variant variant) {
    var paths = variant.chain().paths();
    return bundle.manifest().files().stream()
        .filter(listed ->
            paths.stream()
                .anyMatch(path ->
                    listed.path().equals(path)
                        || listed.path().equals(path + "_data")
                        || listed.path().startsWith(path + "/")))
        .mapToLong(FileDigest::size)
        .sum();
  }
}
