package dev.embark.convert;

import dev.embark.backend.Backend;
import dev.embark.backend.table.TableBackend;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.Chain;
import dev.embark.bundle.FileDigest;
import dev.embark.bundle.Manifest;
import dev.embark.bundle.ProgramVersion;
import dev.embark.bundle.Proof;
import dev.embark.bundle.Proof.Testimony;
import dev.embark.bundle.Variant;
import dev.embark.checkpoint.Checkpoint;
import dev.embark.checkpoint.Description;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.EncodedText;
import dev.embark.embed.Engine;
import dev.embark.embed.ModelFiles;
import dev.embark.family.Families;
import dev.embark.graph.Graph;
import dev.embark.pass.Pass;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.target.onnx.OnnxTarget;
import dev.embark.target.table.TableTarget;
import dev.embark.verify.FirstUse;
import dev.embark.verify.Reference;
import dev.embark.verify.References;
import dev.embark.verify.Tolerance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Checkpoint to verified bundle.
public final class Conversion {
  private static final String MODEL_FILE = "onnx/model.onnx";
  private static final String REFERENCES_FILE = "proof/reference.jsonl";

  private static final String TABLE_FILE = "model.safetensors";

  private static final Chain ONNX = Chain.ofOneFile("fp32", "onnxruntime", MODEL_FILE);

  private static final Chain TABLE = Chain.ofOneFile("fp32", TableBackend.NAME, TABLE_FILE);

  private final Order order;
  private final Machine machine;
  private final Progress progress;

  /// What is to be converted, how, and where to.
  ///
  /// @param reference the model as the user named it, without machine paths
  /// @param revision commit or version that was fetched, empty for local files
  /// @param witnesses files of texts and vectors that the result is held against as well
  public record Order(
      String reference,
      String revision,
      Description description,
      Recipe recipe,
      Trust trust,
      List<Path> witnesses,
      Path target) {
    public Order {
      witnesses = List.copyOf(witnesses);
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

  /// What is on its way into the bundle: the model as the checkpoint has it, the recipe, the graph
  /// that the recipe made of it, and the files written from that.
  private record Draft(
      BundleWriter bundle,
      Families.Model model,
      Recipe recipe,
      Graph converted,
      ModelFiles files) {}

  /// Converts, verifies, and writes the bundle; throws a `Problem` and leaves nothing behind where
  /// any of it fails.
  public Bundle run() {
    try (var bundle = BundleWriter.create(order.target());
        var checkpoint = Checkpoint.open(order.description())) {
      var draft = write(bundle, Families.build(checkpoint));
      return switch (order.trust()) {
        case UNVERIFIED -> commit(draft, new Proof.Skipped());
        case VERIFIED -> verified(draft);
      };
    }
  }

  private Draft write(BundleWriter bundle, Families.Model model) {
    boolean isTable = TableTarget.says(model.graph());
    var recipe = isTable ? Recipe.table() : order.recipe();
    var chain = isTable ? TABLE : ONNX;
    var files = new ModelFiles(bundle.folder(), about(model), model.pipeline(), chain);
    order.description().packaging().writeTo(bundle.folder());
    files.openTokenizer();
    var converted = Pass.applyAll(model.graph(), recipe.passes());
    if (isTable) {
      TableTarget.emit(converted, bundle.file(TABLE_FILE));
    } else {
      OnnxTarget.emit(converted, recipe.flavor(), bundle.file(MODEL_FILE));
    }
    return new Draft(bundle, model, recipe, converted, files);
  }

  private Bundle verified(Draft draft) {
    var backend =
        draft.files().chain().equals(TABLE) ? new TableBackend() : machine.backend().get();
    Proof proof;
    try (var candidate = open(draft.files(), backend)) {
      proof = prove(draft, candidate, backend);
    }
    var committed = commit(draft, proof);
    // A stamp that cannot be written costs a proof at the next use, and that says so itself.
    new FirstUse(committed, committed.manifest().preferred(), backend, machine.cache()).note();
    return committed;
  }

  private static Engine open(ModelFiles files, Backend backend) {
    try {
      return Engine.open(files, backend, EmbedSettings.defaults());
    } catch (Problem e) {
      throw e.category() == Category.BAD_INPUT ? Verification.doesNotRun(e) : e;
    }
  }

  private Proof prove(Draft draft, Engine candidate, Backend backend) {
    // Read before the interpreter starts, so that a file that is no good costs no time.
    var given = new LinkedHashMap<Path, List<Reference>>();
    order.witnesses().forEach(file -> given.put(file, References.read(file, candidate.pipeline())));
    var recipe = draft.recipe();
    var limits = Tolerance.of(recipe.precision(), recipe.target(), candidate.pipeline());
    var verification = new Verification(candidate, limits, progress);
    var answers = new InterpreterWitness(draft.model().graph(), candidate).answer(progress);
    draft.bundle().write(REFERENCES_FILE, References.toJsonLines(answers.references()));

    var testimonies = new ArrayList<Testimony>();
    var foundation = verification.interpreter(answers, text -> explain(draft, text, backend));
    testimonies.addAll(foundation.testimonies());
    if (candidate.pipeline().embedding().isPresent()) {
      for (var published : PublishedAnswers.of(order.description().model())) {
        testimonies.add(verification.published(published));
      }
    }
    given.forEach((file, vectors) -> testimonies.addAll(verification.file(file, vectors)));
    return new Proof.Proven(testimonies, foundation.outputs(), REFERENCES_FILE);
  }

  private Optional<String> explain(Draft draft, EncodedText text, Backend backend) {
    if (draft.files().chain().equals(TABLE)) {
      return Optional.empty(); // there is nothing inside
    }
    var scratch = draft.bundle().file("diagnosis/model.onnx");
    int maxTokens = draft.model().pipeline().maxTokens();
    return new Diagnosis(
            draft.model().graph(), draft.converted(), draft.recipe().flavor(), maxTokens)
        .explain(text, backend, scratch);
  }

  private Bundle commit(Draft draft, Proof proof) {
    var manifest =
        new Manifest(
            ProgramVersion.number(),
            new Manifest.Source(order.reference(), order.revision(), sources()),
            about(draft.model()),
            draft.model().pipeline(),
            List.of(
                new Variant(draft.files().chain(), draft.recipe().toManifest(), List.of(), proof)),
            draft.bundle().digests());
    return draft.bundle().commit(manifest);
  }

  private static Manifest.Model about(Families.Model model) {
    return new Manifest.Model(
        model.family(),
        model.architecture(),
        model.graph().parameterCount(),
        model.layers(),
        model.hiddenSize(),
        model.vocabSize());
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
