package dev.embark.embed;

import dev.embark.bundle.Output;
import dev.embark.bundle.Output.Expansion;
import dev.embark.bundle.Output.TokenRole;
import dev.embark.bundle.Pipeline;
import dev.embark.bundle.Reading;
import dev.embark.bundle.Step;
import dev.embark.embed.EncodedText.Counts;
import dev.embark.tokenize.Tokenizer;
import dev.embark.tokenize.Tokens;
import java.util.Arrays;
import java.util.List;

/// How the texts of a call become tokens: prompt, role and limit are the same for all.
final class TextReading implements Encoding<String> {
  private final Pipeline pipeline;
  private final Vocabulary vocabulary;
  private final Tokenizer tokenizer;
  private final Truncation truncation;
  private final String prompt;
  private final TokenRole role;
  private final int limit;
  private final int uncounted;

  /// What a call says of all its texts.
  ///
  /// @param outputs what is computed: a model of one vector a token reads a text by its role
  record Manner(Prompt prompt, Role role, Truncation truncation, List<Output> outputs) {}

  TextReading(Pipeline pipeline, Vocabulary vocabulary, Manner manner) {
    this.pipeline = pipeline;
    this.vocabulary = vocabulary;
    this.tokenizer = vocabulary.cutting(manner.truncation());
    this.truncation = manner.truncation();
    this.prompt = AppliedPrompt.of(manner.prompt(), manner.role(), pipeline).text();
    this.role =
        manner.outputs().stream()
            .filter(Output.MultiVector.class::isInstance)
            .map(output -> tokenRole((Output.MultiVector) output, manner.role()))
            .findFirst()
            .orElse(TokenRole.plain(pipeline.maxTokens()));
    this.limit = Math.min(pipeline.maxTokens(), role.maxTokens());
    this.uncounted = uncounted();
  }

  /// Returns how texts become vectors of tokens; without a role they are documents.
  static TokenRole tokenRole(Output.MultiVector vectors, Role role) {
    return switch (role) {
      case QUERY -> vectors.query();
      case NONE, DOCUMENT -> vectors.document();
    };
  }

  /// Returns a text as it is tokenized: with its prompt, and without what is never read.
  String exact(String text) {
    String whole = prompt + text;
    int charsMax = pipeline.reading().charsMax();
    if (charsMax == 0 || whole.length() <= charsMax) {
      return whole;
    }
    int chars = whole.codePointCount(0, whole.length());
    if (chars <= charsMax) {
      return whole;
    }
    return switch (truncation) {
      case START -> whole.substring(whole.offsetByCodePoints(0, chars - charsMax));
      case AS_MODEL, END, ERROR -> whole.substring(0, whole.offsetByCodePoints(0, charsMax));
    };
  }

  @Override
  public int chars(String text) {
    return prompt.length() + text.length();
  }

  @Override
  public EncodedText encode(String text, long number, Tokens tokens) {
    String exact = exact(text);
    EncodedText own = own(exact, tokens);
    if (exact.length() < chars(text)) {
      own = cut(own, own(prompt + text, tokens).untruncatedLength());
    }
    var encoded = expanded(own);
    String name = "Text " + number;
    vocabulary.check(encoded, name);
    Vocabulary.check(truncation, encoded, limit, name);
    Vocabulary.checkPrompt(truncation, prompt, encoded, name);
    return encoded;
  }

  private EncodedText own(String exact, Tokens tokens) {
    Reading reading = pipeline.reading();
    return switch (reading.specials()) {
      case ADDED -> {
        tokenizer.encode(exact, limit, tokens);
        yield new EncodedText(tokens, uncounted);
      }
      case LEFT_OUT ->
          switch (reading.unknowns()) {
            case KEPT -> {
              tokenizer.encodeBare(exact, limit, tokens);
              yield new EncodedText(tokens, uncounted);
            }
            case DROPPED -> {
              tokenizer.encodeBare(exact, Integer.MAX_VALUE, tokens);
              yield known(tokens);
            }
          };
    };
  }

  /// Returns the tokens without unknown ones, cut after that.
  private EncodedText known(Tokens tokens) {
    int unknown = tokenizer.unknownId();
    int[] known = Arrays.stream(tokens.toIds()).filter(id -> id != unknown).toArray();
    int kept = Math.min(known.length, limit);
    int[] ids =
        switch (tokenizer.side()) {
          case RIGHT -> Arrays.copyOf(known, kept);
          case LEFT -> Arrays.copyOfRange(known, known.length - kept, known.length);
        };
    return new EncodedText(ids, new int[kept], Counts.of(kept, uncounted, known.length));
  }

  /// Returns a text of which more is left out than the limit says.
  private EncodedText cut(EncodedText text, int untruncated) {
    return new EncodedText(
        text.toIds(), text.toTypeIds(), Counts.of(text.length(), uncounted, untruncated));
  }

  /// Returns a text filled up as its role says.
  private EncodedText expanded(EncodedText own) {
    int length = own.length();
    if (role.expansion() == Expansion.NONE || length >= limit) {
      return own;
    }
    int[] ids = Arrays.copyOf(own.toIds(), limit);
    Arrays.fill(ids, length, limit, role.expansionId());
    int attended =
        switch (role.expansion()) {
          case NONE, UNATTENDED -> length;
          case ATTENDED -> limit;
        };
    return new EncodedText(
        ids,
        Arrays.copyOf(own.toTypeIds(), limit),
        new Counts(length, uncounted, attended, own.untruncatedLength()));
  }

  /// Returns how many tokens of the prompt pooling leaves out.
  ///
  /// As in sentence-transformers: all tokens of the prompt alone but a special one at its end. A
  /// token is special there if the empty text ends in it too.
  private int uncounted() {
    boolean leftOut =
        pipeline.embedding().stream()
            .flatMap(embedding -> embedding.steps().stream())
            .anyMatch(step ->
                step instanceof Step.Pool(_, var tokens) && tokens == Step.PromptTokens.LEFT_OUT);
    if (!leftOut || prompt.isEmpty()) {
      return 0;
    }
    var tokens = new Tokens();
    var alone = own(prompt, tokens);
    var empty = own("", tokens);
    boolean endsSpecial =
        alone.length() > 0
            && empty.length() > 0
            && alone.id(alone.length() - 1) == empty.id(empty.length() - 1);
    return alone.length() - (endsSpecial ? 1 : 0);
  }
}
