package dev.embark.convert;

import dev.embark.embed.Embedder;
import dev.embark.embed.Prompt;
import dev.embark.format.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The texts a conversion is proven with: short and long, many scripts, empty, odd characters, some
/// just below, at and above the model's limit, and some with each prompt the model has.
final class Probes {
  private static final String TEXTS = "probes.jsonl";

  /// Ordinary sentences among the fixed texts, which each prompt is tried on.
  private static final int PROMPTED_FROM = 10;

  private static final int PROMPTED_TO = 12;

  private static final List<String> FILLER =
      List.of("river", "stone", "garden", "winter", "music", "letter");

  /// A word of one token in most vocabularies, to reach a length exactly.
  private static final String SHORTEST = " a";

  /// Longer sequences prove nothing that this length does not, and cost the witness its time.
  private static final int LONG_TOKENS_MAX = 512;

  private final Embedder candidate;

  private Probes(Embedder candidate) {
    this.candidate = candidate;
  }

  /// A text under a prompt.
  record Probe(String text, Prompt prompt) {}

  static List<Probe> forModel(Embedder candidate) {
    return new Probes(candidate).all();
  }

  private List<Probe> all() {
    var texts = new ArrayList<>(fixed());
    int limit = Math.min(candidate.pipeline().maxTokens(), LONG_TOKENS_MAX);
    texts.add(longest(limit / 2));
    texts.add(longest(limit - 1));
    texts.add(longest(limit));
    texts.add(longest(limit) + SHORTEST + SHORTEST + SHORTEST);
    var probes = new ArrayList<Probe>();
    texts.forEach(text -> probes.add(new Probe(text, new Prompt.None())));
    for (var name : new TreeSet<>(candidate.pipeline().prompts().keySet())) {
      for (var text : texts.subList(PROMPTED_FROM, PROMPTED_TO)) {
        probes.add(new Probe(text, new Prompt.Named(name)));
      }
    }
    return probes;
  }

  /// Returns the longest text of filler words, and short ones at its end, that has at most `tokens`
  /// tokens.
  private String longest(int tokens) {
    int low = 0;
    int high = tokens;
    while (low < high) {
      int middle = (low + high + 1) / 2;
      if (length(filler(middle)) <= tokens) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    var text = filler(low);
    while (length(text) < tokens && length(text + SHORTEST) <= tokens) {
      text += SHORTEST;
    }
    return text;
  }

  private int length(String text) {
    return candidate.encode(text, new Prompt.None()).untruncatedLength();
  }

  private static String filler(int words) {
    return IntStream.range(0, words)
        .mapToObj(i -> FILLER.get(i % FILLER.size()))
        .collect(Collectors.joining(" "));
  }

  private static List<String> fixed() {
    try (var resource = Probes.class.getResourceAsStream(TEXTS)) {
      if (resource == null) {
        throw new IllegalStateException(TEXTS + " is not on the class path");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> Json.parse(line.getBytes(StandardCharsets.UTF_8), TEXTS))
          .map(line -> line.path("text").asString())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
