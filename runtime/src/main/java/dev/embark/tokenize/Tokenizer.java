package dev.embark.tokenize;

import dev.embark.bundle.Pipeline.Letters;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Path;
import java.util.List;

/// Turns texts into ids, exactly as the library `tokenizers` does with the same files.
///
/// Immutable; any number of threads may use one, each with its own [Tokens]. Special tokens are put
/// around every text and count towards a limit. What a `tokenizer.json` says about truncation and
/// padding is not followed: the limit comes from the caller, and padding from the batch.
public final class Tokenizer {
  private final Encoder encoder;
  private final PostProcessor template;
  private final int singleSpecials;
  private final int pairSpecials;
  private final Side side;
  private final Ids ids;

  private Tokenizer(Encoder encoder, PostProcessor template, Side side, Ids ids) {
    this.encoder = encoder;
    this.template = template;
    this.side = side;
    this.ids = ids;
    singleSpecials = PostProcessor.specials(template.single());
    pairSpecials = PostProcessor.specials(template.pair());
  }

  /// Opens the tokenizer of a checkpoint or bundle: `tokenizer.json`, or `vocab.txt` where there is
  /// none, and `tokenizer_config.json`.
  ///
  /// Throws a [Problem]: `BAD_INPUT` for files that are missing or damaged, `UNSUPPORTED` for a
  /// part that is not known.
  ///
  /// @param letters whether texts are lowercased before anything else, as sentence-transformers
  ///   does where `do_lower_case` is true in `sentence_bert_config.json`
  public static Tokenizer open(Path folder, Letters letters) {
    var file = TokenizerFolder.read(folder);
    return new Tokenizer(
        Encoder.of(file, letters), file.postProcessor(), file.side(), new Ids(file));
  }

  /// Returns a tokenizer that cuts texts that are too long on another side.
  public Tokenizer truncating(Side other) {
    return new Tokenizer(encoder, template, other, ids);
  }

  /// Returns the end of a text that is cut off where it is too long.
  public Side side() {
    return side;
  }

  /// Returns the highest id that can come out; an embedding table needs at least one row more.
  public int maxId() {
    return ids.maxId();
  }

  /// Returns the highest id of the model's vocabulary, added tokens left out.
  public int maxModelId() {
    return ids.maxModelId();
  }

  /// Returns the id that fills up shorter texts of a batch.
  public long padId() {
    return ids.padId();
  }

  /// Returns the id of what the vocabulary has no entry for, or -1 where there is none.
  public int unknownId() {
    return ids.unknownId();
  }

  /// Returns the number of special tokens around one text.
  public int specials() {
    return singleSpecials;
  }

  /// Returns the id of an added token or an entry of the vocabulary, or -1.
  public int idOf(String token) {
    return ids.idOf(token);
  }

  /// Returns the added token or the entry of the vocabulary with an id, as the files spell it, or
  /// an empty text.
  public String tokenOf(int id) {
    return ids.tokenOf(id);
  }

  /// Returns whether the token with an id is no part of a text: one that the files call special, or
  /// that is put around texts.
  public boolean isSpecial(int id) {
    return ids.isSpecial(id);
  }

  /// Replaces the content of `target` by the ids of a text.
  ///
  /// @param maxTokens longest result, special tokens included
  public void encode(String text, int maxTokens, Tokens target) {
    int room = room(maxTokens, singleSpecials);
    var first = target.scratch().first;
    first.start(room, side);
    encoder.encode(text, target.scratch(), first);
    int kept = Math.min(first.count(), room);
    target.start(singleSpecials + kept, singleSpecials + first.count());
    assemble(template.single(), kept, 0, target);
  }

  /// Replaces the content of `target` by the ids of a text without the special tokens around it.
  ///
  /// @param maxTokens longest result
  public void encodeBare(String text, int maxTokens, Tokens target) {
    int room = room(maxTokens, 0);
    var first = target.scratch().first;
    first.start(room, side);
    encoder.encode(text, target.scratch(), first);
    int kept = Math.min(first.count(), room);
    target.start(kept, first.count());
    first.copyTo(target, kept, 0);
  }

  /// Replaces the content of `target` by the ids of two texts, the longer one cut first.
  ///
  /// @param maxTokens longest result, special tokens included
  public void encodePair(String first, String second, int maxTokens, Tokens target) {
    int room = room(maxTokens, pairSpecials);
    var scratch = target.scratch();
    scratch.first.start(room, side);
    encoder.encode(first, scratch, scratch.first);
    scratch.second.start(room, side);
    encoder.encode(second, scratch, scratch.second);
    int firstCount = scratch.first.count();
    int secondCount = scratch.second.count();
    int firstKept = firstCount;
    int secondKept = secondCount;
    if ((long) firstCount + secondCount > room) {
      int shorter = Math.min(firstCount, secondCount);
      int longer = Math.max(shorter, room - shorter);
      if ((long) shorter + longer > room) {
        shorter = room / 2;
        longer = room - shorter;
      }
      firstKept = firstCount > secondCount ? longer : shorter;
      secondKept = firstCount > secondCount ? shorter : longer;
    }
    target.start(pairSpecials + firstKept + secondKept, pairSpecials + firstCount + secondCount);
    assemble(template.pair(), firstKept, secondKept, target);
  }

  private static int room(int maxTokens, int specials) {
    if (maxTokens < specials) {
      throw new Problem(
          Category.WRONG_USAGE,
          "A limit of " + maxTokens + " tokens is below the " + specials + " special tokens.",
          "This tokenizer puts " + specials + " special tokens around every text.",
          "Give a limit of at least " + (specials + 1) + ".");
    }
    return maxTokens - specials;
  }

  // Counts rather than iterates: an iterator would be an allocation.
  private static void assemble(
      List<PostProcessor.Piece> template, int firstKept, int secondKept, Tokens target) {
    for (int i = 0; i < template.size(); i++) {
      template.get(i).addTo(target, firstKept, secondKept);
    }
  }
}
