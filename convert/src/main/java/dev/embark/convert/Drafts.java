package dev.embark.convert;

import static java.util.Objects.requireNonNull;

import dev.embark.backend.Backend;
import dev.embark.backend.coreml.CoreMlBackend;
import dev.embark.backend.table.TableBackend;
import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.Chain;
import dev.embark.bundle.Chain.Sequence;
import dev.embark.bundle.Chain.Stage;
import dev.embark.bundle.Chain.StageFile;
import dev.embark.bundle.Manifest;
import dev.embark.convert.Tuning.Tuned;
import dev.embark.embed.ModelFiles;
import dev.embark.family.Families;
import dev.embark.format.mlprogram.MlPackage;
import dev.embark.format.mlprogram.rules.PackageRules;
import dev.embark.graph.Graph;
import dev.embark.pass.Pass;
import dev.embark.progress.Progress;
import dev.embark.target.coreml.CoreMlTarget;
import dev.embark.target.coreml.MilOpset;
import dev.embark.target.onnx.Flavor;
import dev.embark.target.onnx.OnnxTarget;
import dev.embark.target.table.TableTarget;
import dev.embark.toolchain.Toolchain;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/// Writes the files of variants of one model.
final class Drafts {
  private static final String ONNX_RUNTIME = "onnxruntime";
  private static final String TABLE_FILE = "model.safetensors";

  private final BundleWriter bundle;
  private final Families.Model model;
  private final Conversion.Order order;
  private final Supplier<? extends Backend> backend;
  private final Function<Toolchain, Path> toolchain;
  private final Progress progress;
  private Optional<Tuning> tuning = Optional.empty();

  Drafts(
      BundleWriter bundle,
      Families.Model model,
      Conversion.Order order,
      Supplier<? extends Backend> backend,
      Function<Toolchain, Path> toolchain,
      Progress progress) {
    this.bundle = bundle;
    this.model = model;
    this.order = order;
    this.backend = backend;
    this.toolchain = toolchain;
    this.progress = progress;
  }

  static Manifest.Model about(Families.Model model) {
    return new Manifest.Model(
        model.family(),
        model.architecture(),
        model.graph().parameterCount(),
        model.layers(),
        model.hiddenSize(),
        model.vocabSize());
  }

  /// Writes a variant.
  ///
  /// @param variants how many the bundle is to have: a single one has the name by which other
  ///   programs look for a model
  Draft write(Recipe recipe, int variants) {
    return switch (recipe.target()) {
      case Target.Onnx(var flavor) -> {
        boolean isTable =
            recipe.precision() == Precision.FP32
                && recipe.shapes() instanceof Shapes.Dynamic
                && TableTarget.says(model.graph());
        var path = variants == 1 ? Precision.FP32.file() : recipe.precision().file();
        yield isTable ? table(recipe) : onnx(recipe, flavor, path);
      }
      case Target.CoreMl target -> coreMl(recipe, target, variants);
      case Target.Rknn target ->
          device(
              recipe,
              new RknnDraft(bundle, model, toolchain.apply(Toolchain.RKNN), progress)
                  .write(recipe, target));
      case Target.Sophon target ->
          device(
              recipe,
              new SophonDraft(bundle, model, toolchain.apply(Toolchain.SOPHON), progress)
                  .write(recipe, target));
    };
  }

  private Draft device(Recipe recipe, Chain chain) {
    return new Draft(
        recipe.toManifest(model.graph(), ""),
        Flavor.PORTABLE,
        model.graph(),
        files(chain),
        List.of());
  }

  /// Writes a package for each length, or one with a program for each where systems open such.
  private Draft coreMl(Recipe recipe, Target.CoreMl target, int variants) {
    var name = variants == 1 ? target.name() : target.name() + "-" + recipe.precision().key();
    var recipes = recipe.byLength();
    boolean isOne = recipes.size() == 1 || target.opset().isAtLeast(MilOpset.COREML8);
    var paths = new LinkedHashMap<Integer, String>();
    var graphs = new LinkedHashMap<Integer, Graph>();
    recipes.forEach((length, each) -> {
      var ending = isOne ? "" : "-" + length;
      paths.put(length, "coreml/" + name + ending + MlPackage.EXTENSION);
      graphs.put(length, Pass.applyAll(model.graph(), each.passes()));
    });
    var chain = Chain.ofLengths(recipe.precision().key(), CoreMlBackend.NAME, paths);
    var files = files(chain);
    var ports = new CoreMlPorts(recipe.precision(), target, order, model);
    if (isOne) {
      emit(graphs, ports, bundle.file(paths.values().iterator().next()));
    } else {
      graphs.forEach((length, graph) ->
          emit(Map.of(length, graph), ports, bundle.file(requireNonNull(paths.get(length)))));
    }
    var longest = graphs.values().iterator().next();
    return new Draft(recipe.toManifest(longest, ""), Flavor.PORTABLE, longest, files, List.of());
  }

  /// Returns the name of the program for texts of a length, in a package of several.
  static String function(int length) {
    return "tokens_" + length;
  }

  private static void emit(Map<Integer, Graph> graphs, CoreMlPorts ports, Path file) {
    var settings = ports.settings(graphs);
    if (graphs.size() == 1) {
      CoreMlTarget.emit(graphs.values().iterator().next(), settings, file);
    } else {
      var functions = new LinkedHashMap<String, Graph>();
      graphs.forEach((length, graph) -> functions.put(function(length), graph));
      CoreMlTarget.emitAll(functions, settings, file);
    }
    try (var arena = Arena.ofConfined()) {
      PackageRules.requireFlawless(MlPackage.open(file, arena), file);
    }
  }

  private Draft table(Recipe recipe) {
    var files = files(Chain.ofOneFile(recipe.precision().key(), TableBackend.NAME, TABLE_FILE));
    var graph = Pass.applyAll(model.graph(), recipe.first());
    TableTarget.emit(graph, bundle.file(TABLE_FILE));
    return new Draft(Recipe.ofTable(), Flavor.PORTABLE, graph, files, List.of());
  }

  private Draft onnx(Recipe recipe, Flavor flavor, String path) {
    var files = files(chain(recipe, ONNX_RUNTIME, path));
    var tuned =
        recipe.isQuantized()
            ? tuning(files).tune(recipe)
            : new Tuned(Pass.applyAll(model.graph(), recipe.passes()), List.of());
    OnnxTarget.emit(tuned.graph(), flavor, bundle.file(path));
    var calibration = recipe.isQuantized() ? order.quantizing().corpus().name() : "";
    return new Draft(
        recipe.toManifest(tuned.graph(), calibration),
        flavor,
        tuned.graph(),
        files,
        tuned.layers());
  }

  private static Chain chain(Recipe recipe, String backend, String path) {
    var sequence =
        switch (recipe.shapes()) {
          case Shapes.Dynamic() -> new Sequence.Any();
          case Shapes.Fixed fixed -> new Sequence.Exactly(fixed.longest());
        };
    var file = new StageFile(path, sequence);
    return new Chain(recipe.precision().key(), List.of(new Stage("model", backend, List.of(file))));
  }

  static ModelFiles files(BundleWriter bundle, Families.Model model, Chain chain) {
    return new ModelFiles(bundle.folder(), about(model), model.pipeline(), chain);
  }

  private ModelFiles files(Chain chain) {
    var files = files(bundle, model, chain);
    // Fails where the tokenizer does not fit the model, before anything is computed.
    files.openTokenizer();
    return files;
  }

  private Tuning tuning(ModelFiles files) {
    if (tuning.isEmpty()) {
      tuning =
          Optional.of(
              new Tuning(
                  model.graph(), files, order.quantizing(), bundle, backend.get(), progress));
    }
    return tuning.get();
  }
}
