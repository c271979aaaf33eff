package dev.embark.convert;

import dev.embark.backend.Backend;
import dev.embark.backend.Pace;
import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.Proof;
import dev.embark.bundle.Proof.Testimony;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.EncodedText;
import dev.embark.embed.Engine;
import dev.embark.embed.ModelFiles;
import dev.embark.family.Families;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.verify.Reference;
import dev.embark.verify.References;
import dev.embark.verify.Tolerance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Holds variants of one model against all witnesses, each of which is asked once.
final class Proving {
  private static final String REFERENCES_FILE = "proof/reference.jsonl";

  private static final String INTERPRETED_FILE = "proof/reference-loops.jsonl";
  private static final String EMULATED_FILE = "proof/reference-emulator.jsonl";
  private static final String SIMULATED_FILE = "proof/reference-simulator.jsonl";

  private final Conversion.Order order;
  private final Families.Model model;
  private final BundleWriter bundle;
  private final Progress progress;
  private final Map<Pace, InterpreterWitness.Answers> answers = new EnumMap<>(Pace.class);

  Proving(Conversion.Order order, Families.Model model, BundleWriter bundle, Progress progress) {
    this.order = order;
    this.model = model;
    this.bundle = bundle;
    this.progress = progress;
  }

  /// Returns the proof of a variant; throws a `Problem` where a witness disagrees.
  ///
  /// @param share of the limits that a variant may use up
  Proof prove(Draft draft, Backend backend, double share) {
    var trunk =
        draft.chain().isStaged()
            ? Optional.of(new TrunkWitness(model.graph(), model.hiddenSize()))
            : Optional.<TrunkWitness>empty();
    var seen = trunk.map(witness -> witness.lookingAt(backend)).orElse(backend);
    try (var candidate = open(draft.files(), seen)) {
      return prove(draft, candidate, backend, trunk, share);
    }
  }

  /// Returns what the interpreter has said, nothing where it was not asked.
  List<Reference> references() {
    return answers.values().stream().flatMap(each -> each.references().stream()).toList();
  }

  private static Engine open(ModelFiles files, Backend backend) {
    try {
      return Engine.open(files, backend, EmbedSettings.defaults());
    } catch (Problem e) {
      throw e.category() == Category.BAD_INPUT ? Verification.doesNotRun(e) : e;
    }
  }

  private Proof prove(
      Draft draft, Engine candidate, Backend backend, Optional<TrunkWitness> trunk, double share) {
    // Read before the interpreter starts, so that a file that is no good costs no time.
    var given = given(candidate);
    var recipe = draft.recipe();
    var limits = Tolerance.of(recipe.precision(), recipe.target(), candidate.pipeline());
    limits.replaceAll((output, limit) -> share < 1 ? limit.tightened(share) : limit);
    var verification = new Verification(candidate, limits, progress);
    var testimonies = new ArrayList<Testimony>();
    var foundation =
        verification.interpreter(answers(candidate), text -> explain(draft, text, backend));
    testimonies.addAll(foundation.testimonies());
    double cosine = Tolerance.ofTokens(recipe.precision(), recipe.target());
    trunk.ifPresent(witness -> testimonies.addAll(witness.testify(cosine)));
    if (candidate.pipeline().embedding().isPresent() && isQuick(candidate.pace())) {
      double similarity = Tolerance.ofSimilarities(recipe.precision(), recipe.target());
      for (var published : PublishedAnswers.of(order.description().model())) {
        testimonies.add(verification.published(published, similarity));
      }
    }
    given.forEach((file, vectors) -> testimonies.addAll(verification.file(file, vectors)));
    return new Proof.Proven(testimonies, foundation.outputs(), file(candidate.pace()));
  }

  private Map<Path, List<Reference>> given(Engine candidate) {
    var given = new LinkedHashMap<Path, List<Reference>>();
    order.witnesses().forEach(file -> given.put(file, References.read(file, candidate.pipeline())));
    return given;
  }

  /// Returns what the interpreter says, which the bundle keeps.
  private InterpreterWitness.Answers answers(Engine candidate) {
    return answers.computeIfAbsent(
        candidate.pace(),
        pace -> {
          var asked = new InterpreterWitness(model.graph(), candidate).answer(progress);
          bundle.write(file(pace), References.toJsonLines(asked.references()));
          return asked;
        });
  }

  /// Probes of what computes slowly are few, and no measure for anything else.
  private static String file(Pace pace) {
    return switch (pace) {
      case DEVICE -> REFERENCES_FILE;
      case LOOPS -> INTERPRETED_FILE;
      case EMULATOR -> EMULATED_FILE;
      case SIMULATOR -> SIMULATED_FILE;
    };
  }

  /// Returns whether published answers, of which there are many, can be asked for.
  private static boolean isQuick(Pace pace) {
    return switch (pace) {
      case DEVICE, LOOPS -> true;
      case EMULATOR, SIMULATOR -> false;
    };
  }

  private Optional<String> explain(Draft draft, EncodedText text, Backend backend) {
    boolean isExact =
        draft.recipe().precision().equals(Precision.FP32.key())
            && draft.recipe().target().equals(Target.Onnx.KEY);
    if (!isExact) {
      // Every value of a quantised model differs, and only ONNX files are looked into.
      return Optional.empty();
    }
    return new Diagnosis(
            model.graph(), draft.converted(), draft.flavor(), model.pipeline().maxTokens())
        .explain(text, backend, bundle.scratch("diagnosis/model.onnx"));
  }
}
