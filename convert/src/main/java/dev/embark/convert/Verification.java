package dev.embark.convert;

import dev.embark.bundle.Limits;
import dev.embark.bundle.Proof.Steadiness;
import dev.embark.bundle.Proof.Testimony;
import dev.embark.embed.Embedder;
import dev.embark.embed.EncodedText;
import dev.embark.embed.Engine;
import dev.embark.embed.Prompt;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.verify.Comparison;
import dev.embark.verify.Comparison.Divergence;
import dev.embark.verify.Reference;
import dev.embark.verify.Replay;
import dev.embark.verify.Report;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Holds what was emitted against witnesses; one that disagrees ends it with a `Problem`.
final class Verification {
  private final Engine candidate;
  private final Map<String, Limits> limits;
  private final Progress progress;

  Verification(Engine candidate, Map<String, Limits> limits, Progress progress) {
    this.candidate = candidate;
    this.limits = limits;
    this.progress = progress;
  }

  /// What the interpreter says, and how much a text's company changes its vector.
  record Foundation(List<Testimony> testimonies, List<Steadiness> outputs) {
    Foundation {
      testimonies = List.copyOf(testimonies);
      outputs = List.copyOf(outputs);
    }
  }

  /// Compares with what the reference interpreter computes from the untouched checkpoint, and with
  /// the candidate itself in other company.
  ///
  /// @param explain says, of a text whose vector is wrong, where inside the model that begins
  Foundation interpreter(
      InterpreterWitness.Answers answers, Function<EncodedText, Optional<String>> explain) {
    var references = answers.references();
    var report = replay(references);
    if (!report.isPass()) {
      var sentences = new ArrayList<>(report.failures());
      var text =
          report.outputs().stream()
              .flatMap(measured -> measured.divergences().stream())
              .mapToInt(Divergence::text)
              .findFirst()
              .orElse(0);
      var reference = references.get(text);
      explain
          .apply(candidate.encode(reference.input(), reference.output()))
          .ifPresent(sentences::add);
      throw new Problem(
          Category.VERIFICATION_FAILED,
          "FAIL: the vectors are not those of the original.",
          String.join("\n", sentences),
          "Report it with the name of the checkpoint; the bundle was not written.");
    }
    var testimonies =
        testimonies(
            "interpreter",
            "The reference interpreter, in double precision, on the untouched checkpoint."
                + left(answers.left())
                + untried(answers.untried()),
            report);
    return new Foundation(
        testimonies, report.outputs().stream().map(Report.Measured::toSteadiness).toList());
  }

  private static String left(int probes) {
    return probes == 0 ? "" : " The model is large: " + probes + " longer probes were left out.";
  }

  private static String untried(List<Integer> lengths) {
    return lengths.isEmpty()
        ? ""
        : " Compiled and not computed, because the simulator would take hours: "
            + lengths.stream().map(String::valueOf).collect(Collectors.joining(", "))
            + " tokens.";
  }

  private static List<Testimony> testimonies(String witness, String description, Report report) {
    return report.outputs().stream()
        .<Testimony>map(measured ->
            new Testimony.Vectors(
                witness, description, measured.output().port(), measured.figures()))
        .toList();
  }

  private Report replay(List<Reference> references) {
    try {
      return Replay.run(candidate, references, limits, progress);
    } catch (Problem e) {
      throw e.category() == Category.BAD_INPUT ? doesNotRun(e) : e;
    }
  }

  /// Returns the verdict on a file of ours that the runtime refuses, which is no user's bad input.
  static Problem doesNotRun(Problem refusal) {
    return new Problem(
        Category.VERIFICATION_FAILED,
        "FAIL: the converted model does not run on the texts of the proof.",
        refusal.what() + "\n" + refusal.why(),
        "Report it with the name of the checkpoint.",
        refusal);
  }

  /// Compares with vectors that the user gave.
  ///
  /// @param references what `file` holds
  List<Testimony> file(Path file, List<Reference> references) {
    var report = replay(references);
    if (!report.isPass()) {
      throw new Problem(
          Category.VERIFICATION_FAILED,
          "FAIL: the vectors are not those in " + file.getFileName() + ".",
          String.join("\n", report.failures()),
          "Check that the file was made with this checkpoint, its prompts and its pooling (embark"
              + " inspect shows them).");
    }
    return testimonies("file", "The vectors in " + file.getFileName() + ".", report);
  }

  /// Compares with published similarities of the model.
  ///
  /// @param precision what the precision may add to what the source allows
  Testimony published(PublishedAnswers published, double precision) {
    double furthest = 0;
    for (var answer : published.answers()) {
      var cosine = Comparison.cosine(vector(answer.left()), vector(answer.right()));
      var difference = Math.abs(cosine - answer.cosine());
      var allowed =
          precision + published.absolute() + published.relative() * Math.abs(answer.cosine());
      if (!(difference <= allowed)) {
        throw disagreement(published, answer, cosine, allowed);
      }
      furthest = Math.max(furthest, difference);
    }
    return new Testimony.Similarities(
        "published", published.source(), published.answers().size(), furthest);
  }

  private float[] vector(String text) {
    return new Embedder(candidate).embed(text, new Prompt.None()).vector();
  }

  private static Problem disagreement(
      PublishedAnswers published, PublishedAnswers.Answer answer, double cosine, double allowed) {
    return new Problem(
        Category.VERIFICATION_FAILED,
        String.format(
            Locale.ROOT,
            "FAIL: \"%s\" and \"%s\" have cosine %.5f, published is %.5f ± %.5f.",
            answer.left(),
            answer.right(),
            cosine,
            answer.cosine(),
            allowed),
        "The published answers of "
            + published.model()
            + " ("
            + published.source()
            + ") are not met.",
        "Check that the checkpoint is the published one.");
  }
}
