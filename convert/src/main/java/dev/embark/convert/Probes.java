package dev.embark.convert;

import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.embed.Engine;
import dev.embark.embed.Input;
import dev.embark.embed.Prompt;
import dev.embark.embed.Role;
import dev.embark.embed.TextPair;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.verify.Spread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What a conversion is proven with: texts short and long, in many scripts, empty, of odd
/// characters, some just below, at and above the model's limit, some with each prompt the model
/// has; for a reranker, pairs of them.
final class Probes {
  private static final String TEXTS = "probes.jsonl";

  /// Ordinary sentences among the fixed texts, which each prompt is tried on.
  private static final int PROMPTED_FROM = 10;

  private static final int PROMPTED_TO = 12;

  /// Queries of a reranker that choose, and among how many documents.
  private static final int CHOOSING = 6;

  private static final int CHOICES = 5;

  private static final List<String> FILLER =
      List.of("river", "stone", "garden", "winter", "music", "letter");

  /// A word of one token in most vocabularies, to reach a length exactly.
  private static final String SHORTEST = " a";

  /// Probes of candidates that take their time.
  private static final int OF_LOOPS = 24;

  private static final int OF_EMULATOR = 12;
  private static final int OF_SIMULATOR = 3;

  /// Tokens below which a probe is hardly a text.
  private static final int SHORTEST_TOKENS = 5;

  /// Longer sequences prove nothing that this length does not, and cost the witness its time.
  private static final int LONG_TOKENS_MAX = 512;

  /// Of a large model, no probe takes more than this share of the tokens there are to spend.
  private static final int SHARE = 12;

  private final Engine candidate;
  private final Output output;

  private Probes(Engine candidate, Output output) {
    this.candidate = candidate;
    this.output = output;
  }

  /// The probes of some outputs, which read them alike.
  ///
  /// @param all number there were before some were left out, because the model is large
  /// @param untried lengths of which there is none, because a simulator would take too long
  record Chosen(List<Input> inputs, int all, List<Integer> untried) {
    Chosen {
      inputs = List.copyOf(inputs);
      untried = List.copyOf(untried);
    }

    boolean isShortened() {
      return inputs.size() < all;
    }
  }

  /// Returns probes for an output, of all kinds as far as the candidate's pace allows, that have no
  /// more tokens together than the witnesses compute, where that leaves any: the first ones that
  /// are not too long.
  static Chosen of(Engine candidate, Output output, Work work) {
    var every = new Probes(candidate, output).all();
    return switch (candidate.pace()) {
      case DEVICE -> within(every, candidate, output, work.tokens());
      case LOOPS -> within(Spread.of(every, OF_LOOPS), candidate, output, work.tokens());
      case EMULATOR -> within(Spread.of(every, OF_EMULATOR), candidate, output, work.tokens());
      case SIMULATOR -> ofSimulator(every, candidate, output, work.simulated());
    };
  }

  /// Returns at most `most` probes, spread over all there are, under the same limit.
  static Chosen of(Engine candidate, Output output, int most, long tokens) {
    var all = Spread.of(new Probes(candidate, output).all(), most);
    return within(all, candidate, output, tokens);
  }

  private static Chosen within(List<Input> all, Engine candidate, Output output, long tokens) {
    var chosen = new ArrayList<Input>();
    long spent = 0;
    boolean fits =
        all.stream().mapToLong(input -> length(candidate, output, input)).sum() <= tokens;
    for (var input : all) {
      long length = length(candidate, output, input);
      if (fits || (length <= Math.max(16, tokens / SHARE) && spent + length <= tokens)) {
        chosen.add(input);
        spent += length;
      }
    }
    return new Chosen(chosen.isEmpty() ? all.subList(0, 1) : chosen, all.size(), List.of());
  }

  /// Returns a few probes for the shortest length, and one for each longer one, as long as they
  /// have at most `tokens` tokens together, padding included.
  static Chosen ofSimulator(List<Input> all, Engine candidate, Output output, long tokens) {
    var few = new ArrayList<Input>();
    var untried = new ArrayList<Integer>();
    long left = tokens;
    int from = SHORTEST_TOKENS;
    int count = OF_SIMULATOR;
    for (int length : candidate.lengths()) {
      int least = from;
      var found =
          all.stream()
              .filter(input -> {
                long own = length(candidate, output, input);
                return own >= least && own <= length;
              })
              .limit(Math.min(count, left / length))
              .toList();
      few.addAll(found);
      if (left < length) {
        untried.add(length);
      }
      left -= (long) found.size() * length;
      from = length + 1;
      count = 1;
    }
    if (few.isEmpty()) {
      throw new Problem(
          Category.UNSUPPORTED,
          "The model is too large to be proven in the simulator.",
          "It computes %d tokens of it in a quarter of an hour, and no text fits a length of %s."
              .formatted(tokens, candidate.lengths()),
          "Add a short length, such as --sequences 16,128; or convert with --skip-verification and"
              + " prove the bundle on a board with `embark verify`.");
    }
    return new Chosen(few, few.size(), untried);
  }

  private static long length(Engine candidate, Output output, Input input) {
    return candidate.encode(input, output).length();
  }

  private List<Input> all() {
    return switch (output) {
      case Output.Score _ -> pairs();
      case Output.MultiVector vectors when !vectors.query().equals(vectors.document()) ->
          inRoles(texts());
      case Output.MultiVector _, Output.Embedding _, Output.Sparse _, Output.Lexical _ ->
          prompted(texts());
    };
  }

  private List<String> texts() {
    var texts = new ArrayList<>(fixed());
    int limit = Math.min(candidate.pipeline().maxTokens(), LONG_TOKENS_MAX);
    texts.add(longest(limit / 2));
    texts.add(longest(limit - 1));
    texts.add(longest(limit));
    texts.add(longest(limit) + SHORTEST + SHORTEST + SHORTEST);
    return texts;
  }

  private List<Input> prompted(List<String> texts) {
    var inputs = new ArrayList<Input>();
    texts.forEach(text -> inputs.add(Input.of(text, new Prompt.None())));
    for (var name : new TreeSet<>(candidate.pipeline().prompts().keySet())) {
      for (var text : texts.subList(PROMPTED_FROM, PROMPTED_TO)) {
        inputs.add(Input.of(text, new Prompt.Named(name)));
      }
    }
    return inputs;
  }

  private static List<Input> inRoles(List<String> texts) {
    var inputs = new ArrayList<Input>();
    for (int i = 0; i < texts.size(); i++) {
      var role = i % 3 == 0 ? Role.QUERY : Role.DOCUMENT;
      inputs.add(new Input.Text(texts.get(i), new Prompt.Default(), role));
    }
    return inputs;
  }

  /// Every fixed text is a query once and a document once; then a few queries choose among several
  /// documents each; then one side is long, or both are.
  private List<Input> pairs() {
    var texts = fixed();
    var inputs = new ArrayList<Input>();
    for (int i = 0; i < texts.size(); i++) {
      var other = texts.get((i * 7 + PROMPTED_FROM) % texts.size());
      inputs.add(Input.of(new TextPair(texts.get(i), other)));
    }
    for (int query = PROMPTED_FROM; query < PROMPTED_FROM + CHOOSING; query++) {
      for (int choice = 1; choice <= CHOICES; choice++) {
        var document = texts.get((query + choice * 3) % texts.size());
        inputs.add(Input.of(new TextPair(texts.get(query), document)));
      }
    }
    var lengthy = filler(Math.min(candidate.pipeline().maxTokens(), LONG_TOKENS_MAX));
    inputs.add(Input.of(new TextPair(texts.get(PROMPTED_FROM), lengthy)));
    inputs.add(Input.of(new TextPair(lengthy, texts.get(PROMPTED_FROM))));
    inputs.add(Input.of(new TextPair(lengthy, lengthy)));
    return inputs;
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
    return candidate.encode(Input.of(text, new Prompt.None()), output).untruncatedLength();
  }

  private static String filler(int words) {
    return IntStream.range(0, words)
        .mapToObj(i -> FILLER.get(i % FILLER.size()))
        .collect(Collectors.joining(" "));
  }

  /// Returns the texts that every proof has.
  static List<String> fixed() {
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

  /// Returns the outputs of a pipeline in groups that are given the same tokens for the same input.
  static List<List<Output>> groups(Pipeline pipeline) {
    var groups = new ArrayList<List<Output>>();
    var plain = new ArrayList<Output>();
    for (var output : pipeline.outputs()) {
      switch (output) {
        case Output.Embedding _, Output.Sparse _, Output.Lexical _ -> plain.add(output);
        case Output.MultiVector vectors -> {
          if (vectors.query().equals(vectors.document()) && !plain.isEmpty()) {
            plain.add(output);
          } else {
            groups.add(List.of(output));
          }
        }
        case Output.Score _ -> groups.add(List.of(output));
      }
    }
    if (!plain.isEmpty()) {
      groups.add(plain);
    }
    return groups;
  }
}
