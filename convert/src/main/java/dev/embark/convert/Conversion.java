package dev.embark.convert;

import dev.embark.Devices;
import dev.embark.backend.Backend;
import dev.embark.backend.SeveralBackends;
import dev.embark.backend.coreml.CoreMlBackend;
import dev.embark.backend.rknn.RknnBackend;
import dev.embark.backend.sophon.SophonBackend;
import dev.embark.backend.table.TableBackend;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.Chain;
import dev.embark.bundle.FileDigest;
import dev.embark.bundle.Manifest;
import dev.embark.bundle.Pipeline;
import dev.embark.bundle.ProgramVersion;
import dev.embark.bundle.Proof;
import dev.embark.bundle.Variant;
import dev.embark.checkpoint.Checkpoint;
import dev.embark.checkpoint.Description;
import dev.embark.family.Families;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.toolchain.Toolchain;
import dev.embark.toolchain.Toolchains;
import dev.embark.verify.FirstUse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// Checkpoint to verified bundle.
public final class Conversion {
  /// Share of the limits that is good enough where another way would come closer.
  private static final double HEADROOM = 0.7;

  private final Order order;
  private final Machine machine;
  private final Progress progress;

  /// What is to be converted, how, and where to.
  ///
  /// @param reference the model as the user named it, without machine paths
  /// @param revision commit or version that was fetched, empty for local files
  /// @param recipes one for each variant, at least one
  /// @param quantizing what is asked of those that quantise
  /// @param witnesses files of texts and vectors that the result is held against as well
  public record Order(
      String reference,
      String revision,
      Description description,
      List<Recipe> recipes,
      Quantizing quantizing,
      Trust trust,
      List<Path> witnesses,
      Path target) {
    public Order {
      recipes = List.copyOf(recipes);
      witnesses = List.copyOf(witnesses);
      if (recipes.isEmpty()) {
        throw new IllegalArgumentException("a conversion needs a recipe");
      }
    }
  }

  /// Whether the result is verified.
  public enum Trust {
    VERIFIED,
    /// Written into the manifest, and said at every use.
    UNVERIFIED
  }

  /// What this machine brings: the runtime that verifies (loaded when it is needed), and the folder
  /// of the `MachineCache`.
  public record Machine(Supplier<? extends Backend> backend, Path cache) {}

  /// Prepares a conversion.
  public Conversion(Order order, Machine machine, Progress progress) {
    this.order = order;
    this.machine = machine;
    this.progress = progress;
  }

  /// Converts, verifies, and writes the bundle; throws a `Problem` and leaves nothing behind where
  /// any of it fails. Of several variants those that fail their proof are left out, as long as one
  /// passes.
  public Bundle run() {
    try (var bundle = BundleWriter.create(order.target());
        var checkpoint = Checkpoint.open(order.description())) {
      var built = Families.build(checkpoint);
      var recipes = Resolved.of(order.recipes(), built);
      var model = recipes.model();
      order.description().packaging().writeTo(bundle.folder());
      var drafts = new Drafts(bundle, model, order, machine.backend(), this::toolchain, progress);
      var proving = new Proving(order, model, bundle, progress);
      var variants = new LinkedHashMap<Variant, Long>();
      var refusals = new HashMap<String, Problem>();
      var notes = new ArrayList<>(model.pipeline().notes());
      notes.addAll(recipes.notes());
      for (var recipe : hostFirst(recipes.recipes())) {
        try {
          attempt(recipe, recipes.recipes().size(), drafts, proving, variants);
        } catch (Problem e) {
          if (e.category() != Category.VERIFICATION_FAILED || recipes.recipes().size() == 1) {
            throw e;
          }
          refusals.putIfAbsent(recipe.target().key(), e);
          notes.add(recipe.precision().key() + " was asked for and is left out. " + e.getMessage());
        }
      }
      requireEachTarget(recipes.recipes(), variants.keySet(), refusals);
      var sorted = smallestFirst(variants);
      if (sorted.stream().anyMatch(AppFiles::areFor)) {
        var chain = sorted.getFirst().chain();
        new AppFiles(bundle, Drafts.files(bundle, model, chain))
            .write(order.reference(), sorted, proving.references());
      }
      return committed(bundle, model, sorted, notes);
    }
  }

  /// What a device's stages share with the host's whole model has to be there before them.
  private static List<Recipe> hostFirst(List<Recipe> recipes) {
    return recipes.stream()
        .sorted(Comparator.comparing((Recipe recipe) -> !(recipe.target() instanceof Target.Onnx)))
        .toList();
  }

  /// Who asks for a device is not served by what was to stand in for it.
  private static void requireEachTarget(
      List<Recipe> recipes, Set<Variant> proven, Map<String, Problem> refusals) {
    for (var recipe : recipes) {
      var target = recipe.target().key();
      var refusal = refusals.get(target);
      if (refusal != null && proven.stream().noneMatch(variant -> isFor(target, variant))) {
        throw refusal;
      }
    }
  }

  /// A table of token vectors is an answer to who asked for ONNX.
  private static boolean isFor(String target, Variant variant) {
    var made = variant.recipe().target();
    return made.equals(target) || (made.equals(Recipe.TABLE) && target.equals(Target.Onnx.KEY));
  }

  /// Writes and proves a variant, in one of several ways that its recipe may leave open.
  private void attempt(
      Recipe recipe, int count, Drafts drafts, Proving proving, Map<Variant, Long> variants) {
    var attempts = recipe.attempts();
    for (int i = 0; i < attempts.size(); i++) {
      var draft = drafts.write(attempts.get(i), count);
      try {
        // What quantisation loses, another way of computing does not bring back.
        boolean isWorthMore = i < attempts.size() - 1 && recipe.precision() == Precision.FP16;
        variants.put(finished(draft, proving, isWorthMore ? HEADROOM : 1), draft.size());
        return;
      } catch (Problem e) {
        draft.remove();
        if (e.category() != Category.VERIFICATION_FAILED || i == attempts.size() - 1) {
          throw e;
        }
      }
    }
  }

  private Variant finished(Draft draft, Proving proving, double share) {
    var proof =
        switch (order.trust()) {
          case UNVERIFIED -> new Proof.Skipped();
          case VERIFIED -> proving.prove(draft, backend(draft.chain()), share);
        };
    return draft.toVariant(proof);
  }

  /// Returns what proves a chain here: all its backends.
  private Backend backend(Chain chain) {
    return SeveralBackends.of(chain, this::backend);
  }

  private Path toolchain(Toolchain wanted) {
    return Toolchains.in(machine.cache()).require(wanted);
  }

  private Backend backend(String name) {
    return switch (name) {
      case TableBackend.NAME -> new TableBackend();
      case CoreMlBackend.NAME -> new CoreMlBackend();
      case RknnBackend.NAME, SophonBackend.NAME -> Devices.SIMULATED.load(name, machine.cache());
      default -> machine.backend().get(); // the one that the machine was set up with
    };
  }

  /// Who asks for several variants wants the smallest that is right; who asks for a device wants
  /// that before what stands in for it.
  private static List<Variant> smallestFirst(Map<Variant, Long> sizes) {
    return sizes.entrySet().stream()
        .sorted(
            Comparator.<Map.Entry<Variant, Long>>comparingInt(
                    entry -> -entry.getKey().chain().stages().size())
                .thenComparingLong(Map.Entry::getValue))
        .map(Map.Entry::getKey)
        .toList();
  }

  private Bundle committed(
      BundleWriter bundle, Families.Model model, List<Variant> variants, List<String> notes) {
    var manifest =
        new Manifest(
            ProgramVersion.number(),
            new Manifest.Source(order.reference(), order.revision(), sources()),
            Drafts.about(model),
            pipeline(model, notes),
            variants,
            bundle.digests());
    var committed = bundle.commit(manifest);
    switch (order.trust()) {
      case UNVERIFIED -> {}
      case VERIFIED -> {
        for (var variant : variants) {
          var backend = backend(variant.chain());
          // A stamp that cannot be written costs a proof at the next use, and that says so itself.
          new FirstUse(committed, variant, backend, machine.cache()).note();
        }
      }
    }
    return committed;
  }

  private static Pipeline pipeline(Families.Model model, List<String> notes) {
    return model.pipeline().withNotes(notes);
  }

  private List<FileDigest> sources() {
    var root = order.description().root();
    var digests = new ArrayList<FileDigest>();
    for (var file : order.description().files()) {
      try {
        digests.add(FileDigest.of(root, root.relativize(file).toString().replace('\\', '/')));
      } catch (IOException e) {
        throw new Problem(
            Category.BAD_INPUT, "Cannot read " + file + ".", String.valueOf(e.getMessage()), "", e);
      }
    }
    return digests;
  }
}
