package dev.embark.convert;

import dev.embark.bundle.Limits;
import dev.embark.bundle.Proof;
import dev.embark.bundle.Proof.Testimony;
import dev.embark.embed.Embedder;
import dev.embark.embed.Prompt;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.verify.Comparison;
import dev.embark.verify.Reference;
import dev.embark.verify.References;
import dev.embark.verify.Replay;
import dev.embark.verify.Report;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Holds what was emitted against every witness there is; the first one that disagrees ends it.
final class Verification {
  private final Embedder candidate;
  private final Limits limits;
  private final Progress progress;
  private final List<Testimony> testimonies = new ArrayList<>();

  Verification(Embedder candidate, Limits limits, Progress progress) {
    this.candidate = candidate;
    this.limits = limits;
    this.progress = progress;
  }

  /// Compares with what the reference interpreter computes from the untouched checkpoint, and with
  /// the candidate itself in other company.
  Report interpreter(List<Reference> references) {
    var report = Replay.run(candidate, references, limits, progress);
    report.requirePass();
    testimonies.add(
        new Testimony.Vectors(
            "interpreter",
            "The reference interpreter, in double precision, on the untouched checkpoint.",
            report.figures()));
    return report;
  }

  /// Compares with a file of texts and vectors.
  void file(Path file) {
    var report =
        Replay.run(candidate, References.read(file, candidate.dimension()), limits, progress);
    report.requirePass();
    testimonies.add(
        new Testimony.Vectors(
            "file", "The vectors in " + file.getFileName() + ".", report.figures()));
  }

  /// Compares with published similarities of the model.
  void published(PublishedAnswers published) {
    double furthest = 0;
    for (var answer : published.answers()) {
      var cosine = Comparison.cosine(vector(answer.left()), vector(answer.right()));
      var difference = Math.abs(cosine - answer.cosine());
      var allowed = published.absolute() + published.relative() * Math.abs(answer.cosine());
      if (!(difference <= allowed)) {
        throw disagreement(published, answer, cosine, allowed);
      }
      furthest = Math.max(furthest, difference);
    }
    testimonies.add(
        new Testimony.Similarities(
            "published", published.source(), published.answers().size(), furthest));
  }

  private float[] vector(String text) {
    return candidate.embed(text, new Prompt.None()).vector();
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

  /// Returns the proof of everything compared so far.
  Proof proof(Report interpreter, String references) {
    return new Proof.Proven(testimonies, interpreter.invariance(), limits, references);
  }
}
