package dev.embark.convert;

import dev.embark.embed.Embedder;
import dev.embark.embed.Prompt;
import dev.embark.format.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/// The texts a conversion is proven with: short and long, many scripts, empty, odd characters, some
/// just below, at and above the model's limit, and some with each prompt the model has.
final class Probes {
  private static final String TEXTS = "probes.jsonl";
  private static final int PROMPTED_FROM = 10;
  private static final int PROMPTED_TO = 12;
  private static final String[] FILLER = {"river", "stone", "garden", "winter", "music", "letter"};

  /// Longer sequences prove nothing that this length does not, and cost the witness its time.
  private static final int LONG_TOKENS_MAX = 512;

  private Probes() {}

  /// A text under a prompt.
  record Probe(String text, Prompt prompt) {}

  static List<Probe> forModel(Embedder candidate) {
    var texts = new ArrayList<>(fixed());
    int limit = Math.min(candidate.pipeline().maxTokens(), LONG_TOKENS_MAX);
    for (int tokens : new int[] {limit / 2, limit - 1, limit, limit + 1}) {
      texts.add(longest(candidate, tokens));
    }
    var probes = new ArrayList<Probe>();
    texts.forEach(text -> probes.add(new Probe(text, new Prompt.None())));
    for (var name : new TreeSet<>(candidate.pipeline().prompts().keySet())) {
      for (var text : texts.subList(PROMPTED_FROM, PROMPTED_TO)) {
        probes.add(new Probe(text, new Prompt.Named(name)));
      }
    }
    return probes;
  }

  /// Returns the longest text of filler words that has at most `tokens` tokens.
  private static String longest(Embedder candidate, int tokens) {
    int low = 0;
    int high = tokens;
    while (low < high) {
      int middle = (low + high + 1) / 2;
      if (candidate.encode(filler(middle), new Prompt.None()).untruncatedLength() <= tokens) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return filler(low);
  }

  private static String filler(int words) {
    var text = new String[words];
    Arrays.setAll(text, i -> FILLER[i % FILLER.length]);
    return String.join(" ", text);
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
