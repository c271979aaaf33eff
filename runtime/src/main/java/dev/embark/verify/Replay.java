package dev.embark.verify;

import dev.embark.bundle.Figures;
import dev.embark.bundle.Limits;
import dev.embark.bundle.Variation;
import dev.embark.embed.Embedder;
import dev.embark.embed.Embedding;
import dev.embark.embed.Input;
import dev.embark.embed.Prompt;
import dev.embark.progress.Progress;
import dev.embark.tokenize.Side;
import dev.embark.verify.Comparison.Divergence;
import dev.embark.verify.Comparison.Scale;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Embeds the texts of a witness, compares, and then tries to change vectors by what must not
/// matter: batch, order, neighbours, padding, repetition.
///
/// The variations are tried on a handful of texts of different lengths, because a batch is as
/// expensive as its longest text times its number of texts.
public final class Replay {
  private static final int SAMPLE_TEXTS = 8;
  private static final int SAMPLE_TOKENS_MAX = 128;
  private static final int QUOTED_CHARS_MAX = 60;

  private final Embedder embedder;
  private final Limits limits;
  private final Scale scale;

  private Replay(Embedder embedder, Limits limits) {
    this.embedder = embedder;
    this.limits = limits;
    this.scale =
        embedder.pipeline().embedding().orElseThrow().isNormalized()
            ? Scale.ABSOLUTE
            : Scale.RELATIVE;
  }

  /// Holds an embedder against what a witness says.
  ///
  /// @param references texts with the witness's vectors, at least one
  public static Report run(
      Embedder embedder, List<Reference> references, Limits limits, Progress progress) {
    return new Replay(embedder, limits).run(references, progress);
  }

  private Report run(List<Reference> references, Progress progress) {
    long total = (long) references.size() + Variation.values().length;
    try (var task = progress.begin("Comparing vectors", total, Progress.Unit.STEPS)) {
      List<Embedding> once = embed(references, task);
      var comparison =
          Comparison.of(references.stream().map(Reference::embedding).toList(), vectors(once));
      Map<Variation, Double> invariance = new Variations(sample(references, once)).measure(task);
      var divergences = comparison.firstBeyond(allowed(comparison)).stream().toList();
      return new Report(
          comparison.figures(),
          invariance,
          limits,
          divergences,
          failures(references, comparison, divergences, invariance));
    }
  }

  /// Embeds the texts in the way users do, one call for each prompt.
  private List<Embedding> embed(List<Reference> references, Progress.Task task) {
    var byPrompt = new LinkedHashMap<Prompt, List<Integer>>();
    for (int i = 0; i < references.size(); i++) {
      byPrompt.computeIfAbsent(references.get(i).prompt(), _ -> new ArrayList<>()).add(i);
    }
    var embeddings = new Embedding[references.size()];
    byPrompt.forEach((prompt, indices) ->
        embedder.embed(
            indices.stream().map(i -> references.get(i).text()).iterator(),
            prompt,
            task,
            (i, embedding) -> embeddings[indices.get((int) i)] = embedding));
    return List.of(embeddings);
  }

  /// A text with what came out of it.
  private record Sample(String text, Prompt prompt, int tokens) {}

  /// Returns texts of one prompt, evenly spread over the lengths there are.
  private static List<Sample> sample(List<Reference> references, List<Embedding> embeddings) {
    Prompt prompt = references.getFirst().prompt();
    var all = new ArrayList<Sample>();
    for (int i = 0; i < references.size(); i++) {
      var reference = references.get(i);
      if (reference.prompt().equals(prompt)) {
        all.add(new Sample(reference.text(), prompt, embeddings.get(i).tokens()));
      }
    }
    all.sort(Comparator.comparingInt(Sample::tokens));
    int affordable =
        (int) all.stream().filter(sample -> sample.tokens() <= SAMPLE_TOKENS_MAX).count();
    var pool = all.subList(0, Math.max(1, affordable));
    int count = Math.min(SAMPLE_TEXTS, pool.size());
    var sample = new ArrayList<Sample>();
    for (int i = 0; i < count; i++) {
      sample.add(pool.get(count == 1 ? 0 : i * (pool.size() - 1) / (count - 1)));
    }
    return sample;
  }

  /// The variations of a few texts, shortest first.
  private final class Variations {
    private final List<Sample> sample;
    private final List<float[]> alone;

    Variations(List<Sample> sample) {
      this.sample = sample;
      this.alone = padded(0);
    }

    Map<Variation, Double> measure(Progress.Task task) {
      var differences = new EnumMap<Variation, Double>(Variation.class);
      List<float[]> batch = together(sample);
      differences.put(Variation.BATCH, difference(alone, batch));
      task.advance(1);
      List<float[]> reversed = together(sample.reversed()).reversed();
      differences.put(Variation.ORDER, difference(batch, reversed));
      task.advance(1);
      differences.put(Variation.NEIGHBORS, difference(alone, betweenNeighbors()));
      task.advance(1);
      double nearly = difference(alone, padded(1));
      double widely = difference(alone, padded(SAMPLE_TOKENS_MAX / 2));
      differences.put(Variation.PADDING, Math.max(nearly, widely));
      task.advance(1);
      differences.put(Variation.REPETITION, difference(alone, padded(0)));
      task.advance(1);
      return differences;
    }

    private List<float[]> padded(int positions) {
      return sample.stream().map(text -> padded(text, positions)).toList();
    }

    private List<float[]> betweenNeighbors() {
      return sample.stream()
          .map(text -> together(List.of(sample.getFirst(), text, sample.getLast())).get(1))
          .toList();
    }

    private float[] padded(Sample text, int positions) {
      int sequence =
          Math.min(Math.max(1, text.tokens()) + positions, embedder.pipeline().maxTokens());
      return together(List.of(text), sequence).getFirst();
    }

    private List<float[]> together(List<Sample> texts) {
      return together(
          texts, Math.max(1, texts.stream().mapToInt(Sample::tokens).max().orElseThrow()));
    }

    private List<float[]> together(List<Sample> texts, int sequence) {
      return embedder
          .engine()
          .valuesTogether(
              texts.stream().<Input>map(text -> Input.of(text.text(), text.prompt())).toList(),
              embedder.pipeline().embedding().orElseThrow(),
              sequence,
              Side.RIGHT);
    }
  }

  private static List<float[]> vectors(List<Embedding> embeddings) {
    return embeddings.stream().map(Embedding::vector).toList();
  }

  private static double difference(List<float[]> a, List<float[]> b) {
    return Comparison.of(a, b).figures().maxAbs();
  }

  /// Returns the largest difference of two values that is allowed.
  private double allowed(Comparison comparison) {
    return Comparison.allowed(limits.maxAbs(), scale, comparison.figures().largest());
  }

  private List<String> failures(
      List<Reference> references,
      Comparison comparison,
      List<Divergence> divergences,
      Map<Variation, Double> invariance) {
    var failures = new ArrayList<String>();
    Figures figures = comparison.figures();
    if (figures.nonFinite() > 0) {
      failures.add(figures.nonFinite() + " values are NaN or infinite.");
    }
    double allowed = allowed(comparison);
    if (!(figures.maxAbs() <= allowed)) {
      failures.add(
          String.format(
              Locale.ROOT,
              "The largest difference is %.3g, allowed is %.3g.",
              figures.maxAbs(),
              allowed));
    }
    if (!(figures.cosineMin() >= limits.cosineMin())) {
      failures.add(
          String.format(
              Locale.ROOT,
              "The smallest cosine is %.7f, at least %.7f is needed.",
              figures.cosineMin(),
              limits.cosineMin()));
    }
    if (!(figures.neighborAgreement() >= limits.neighborAgreementMin())) {
      failures.add(
          String.format(
              Locale.ROOT,
              "Of the nearest neighbours %.1f %% agree, at least %.1f %% are needed.",
              figures.neighborAgreement() * 100,
              limits.neighborAgreementMin() * 100));
    }
    double unchanged = Comparison.allowed(limits.invariance(), scale, figures.largest());
    invariance.forEach((variation, value) -> {
      if (!(value <= unchanged)) {
        failures.add(
            String.format(
                Locale.ROOT,
                "A change of %s changes a vector by %.3g, allowed is %.3g.",
                variation.key(),
                value,
                unchanged));
      }
    });
    divergences.forEach(at -> failures.add(quote(references, at)));
    return Collections.unmodifiableList(failures);
  }

  private static String quote(List<Reference> references, Divergence at) {
    String text = references.get(at.text()).text();
    int end = Math.min(text.length(), QUOTED_CHARS_MAX);
    String start = text.substring(0, end).replace('\n', ' ') + (end < text.length() ? "…" : "");
    return String.format(
        Locale.ROOT,
        "The first text that differs is number %d, \"%s\", at value %d: expected %.8g, got %.8g.",
        at.text() + 1,
        start,
        at.value(),
        at.expected(),
        at.actual());
  }
}
