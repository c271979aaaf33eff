package dev.embark.embed;

import dev.embark.bundle.Output.Pairing;
import dev.embark.bundle.Pipeline;
import dev.embark.embed.EncodedText.Counts;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tokenize.Tokenizer;
import dev.embark.tokenize.Tokens;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// How the pairs of a call become tokens.
final class PairReading implements Encoding<TextPair> {
  private static final Pattern PLACE = Pattern.compile("\\{(query|document|instruction)}");

  private final Pipeline pipeline;
  private final Vocabulary vocabulary;
  private final Tokenizer tokenizer;
  private final Truncation truncation;
  private final String prompt;
  private final Form form;

  /// What a call says of all its pairs.
  ///
  /// @param instruction what stands for the model's own instruction; empty for that
  record Manner(Prompt prompt, String instruction, Truncation truncation) {}

  /// How two texts become one sequence.
  private sealed interface Form {
    /// The tokenizer joins them.
    record Joined() implements Form {}

    /// A text is made of them, which stands between the tokens of two others.
    record Between(Pairing.Prompted pairing, EncodedText prefix, EncodedText suffix)
        implements Form {}
  }

  PairReading(Pipeline pipeline, Vocabulary vocabulary, Manner manner) {
    this.pipeline = pipeline;
    this.vocabulary = vocabulary;
    this.tokenizer = vocabulary.cutting(manner.truncation());
    this.truncation = manner.truncation();
    this.prompt = AppliedPrompt.of(manner.prompt(), Role.NONE, pipeline).text();
    this.form = form(pipeline.score().orElseThrow().pairing(), manner.instruction());
  }

  private Form form(Pairing pairing, String instruction) {
    return switch (pairing) {
      case Pairing.Template() -> {
        requireNone(instruction);
        yield new Form.Joined();
      }
      case Pairing.Prompted(var prefix, var body, var suffix, var usual) -> {
        if (!body.contains("{instruction}")) {
          requireNone(instruction);
        }
        yield new Form.Between(
            new Pairing.Prompted(prefix, body, suffix, instruction.isEmpty() ? usual : instruction),
            bare(prefix),
            bare(suffix));
      }
    };
  }

  private static void requireNone(String instruction) {
    if (!instruction.isEmpty()) {
      throw new Problem(
          Category.WRONG_USAGE,
          "The model takes no instruction.",
          "It reads a query and a document, and nothing else.",
          "Leave the instruction out.");
    }
  }

  private EncodedText bare(String text) {
    var tokens = new Tokens();
    tokenizer.encodeBare(text, Integer.MAX_VALUE, tokens);
    return new EncodedText(tokens, 0);
  }

  /// Returns the texts as they are tokenized: two that the tokenizer joins, or the one made of
  /// them.
  List<String> exact(TextPair pair) {
    return switch (form) {
      case Form.Joined() -> List.of(prompt + pair.query(), pair.document());
      case Form.Between(var pairing, _, _) ->
          List.of(pairing.prefix() + body(pairing, pair) + pairing.suffix());
    };
  }

  /// Returns the body with the texts in their places. What looks like a place inside of a text is
  /// left alone.
  private String body(Pairing.Prompted pairing, TextPair pair) {
    return PLACE
        .matcher(pairing.body())
        .replaceAll(place ->
            Matcher.quoteReplacement(
                switch (place.group(1)) {
                  case "query" -> prompt + pair.query();
                  case "document" -> pair.document();
                  case "instruction" -> pairing.instruction();
                  default -> throw new IllegalStateException(place.group());
                }));
  }

  @Override
  public int chars(TextPair pair) {
    return prompt.length() + pair.query().length() + pair.document().length();
  }

  @Override
  public EncodedText encode(TextPair pair, long number, Tokens tokens) {
    String name = "Pair " + number;
    var encoded =
        switch (form) {
          case Form.Joined() -> {
            tokenizer.encodePair(
                prompt + pair.query(), pair.document(), pipeline.maxTokens(), tokens);
            yield new EncodedText(tokens, 0);
          }
          case Form.Between between -> between(between, pair, tokens);
        };
    vocabulary.check(encoded, name);
    Vocabulary.check(truncation, encoded, pipeline.maxTokens(), name);
    var first =
        switch (form) {
          case Form.Joined() -> prompt;
          case Form.Between(var pairing, _, _) -> pairing.body();
        };
    Vocabulary.checkPrompt(truncation, first, encoded, name);
    return encoded;
  }

  private EncodedText between(Form.Between form, TextPair pair, Tokens tokens) {
    int around = form.prefix().length() + form.suffix().length();
    int room = pipeline.maxTokens() - around;
    if (room < 1) {
      throw new Problem(
          Category.BAD_INPUT,
          "The model's own texts around a pair have "
              + around
              + " tokens, the limit is "
              + pipeline.maxTokens()
              + ".",
          "Nothing of the pair would be left.",
          "Convert the model with a higher limit.");
    }
    String body = body(form.pairing(), pair);
    if (form.pairing().prefix().isEmpty()) {
      // Such a template is tokenized as a whole, and taken apart only where it is too long.
      tokenizer.encodeBare(body + form.pairing().suffix(), pipeline.maxTokens(), tokens);
      if (tokens.untruncatedLength() <= pipeline.maxTokens()) {
        return new EncodedText(tokens, 0);
      }
    }
    tokenizer.encodeBare(body, room, tokens);
    int[] ids =
        Stream.of(form.prefix().toIds(), tokens.toIds(), form.suffix().toIds())
            .flatMapToInt(IntStream::of)
            .toArray();
    return new EncodedText(
        ids, new int[ids.length], Counts.of(ids.length, 0, around + tokens.untruncatedLength()));
  }
}
