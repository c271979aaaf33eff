package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tokenize.JsonCursor.Kind;
import dev.embark.tokenize.Model.BpeTrait;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/// Reads the merges of a BPE model.
final class BpeReader {
  private static final int BYTES = 256;

  /// How entries of bytes begin: `<0x0A>`.
  private static final String BYTE = "<0x";

  private final Merges.Builder merges = new Merges.Builder();
  private char[] pair = new char[256];
  private int length;
  private int split;
  private int parts;
  private boolean mergesBytes;

  /// Reads a list of `"a b"` or `["a", "b"]`.
  void read(JsonCursor json, Vocabulary vocabulary) {
    json.array(() -> {
      length = 0;
      parts = 0;
      if (json.kind() == Kind.STRING) {
        append(json);
        split(json);
      } else {
        json.array(() -> {
          append(json);
          split = ++parts == 1 ? length : split;
        });
      }
      if (parts != 2) {
        throw json.broken("expected a merge of two parts");
      }
      add(vocabulary, json.source());
    });
  }

  /// Adds the merge of a line `a b`.
  void line(String line, Vocabulary vocabulary, String source) {
    int space = line.indexOf(' ');
    if (space < 0 || line.indexOf(' ', space + 1) >= 0) {
      throw broken(source, line);
    }
    merge(line.substring(0, space), line.substring(space + 1), vocabulary, source);
  }

  /// Adds a merge.
  void merge(String left, String right, Vocabulary vocabulary, String source) {
    split = left.length();
    length = split + right.length();
    reserve(length);
    left.getChars(0, split, pair, 0);
    right.getChars(0, right.length(), pair, split);
    add(vocabulary, source);
  }

  private static Problem broken(String source, String merge) {
    return new Problem(
        Category.BAD_INPUT,
        source + " has the merge \"" + merge + "\".",
        "A merge is two entries of the vocabulary that make a third.",
        "Take the tokenizer's files from one revision.");
  }

  private void append(JsonCursor json) {
    int count = json.text();
    reserve(length + count);
    System.arraycopy(json.characters(), 0, pair, length, count);
    length += count;
  }

  private void reserve(int characters) {
    if (characters > pair.length) {
      pair = Arrays.copyOf(pair, Math.max(characters, pair.length * 2));
    }
  }

  /// Takes `a b` apart.
  private void split(JsonCursor json) {
    split = 0;
    while (split < length && pair[split] != ' ') {
      split++;
    }
    if (split == length) {
      throw json.broken("expected a merge of two parts");
    }
    length--;
    System.arraycopy(pair, split + 1, pair, split, length - split);
    for (int i = split; i < length; i++) {
      if (pair[i] == ' ') {
        throw json.broken("expected a merge of two parts");
      }
    }
    parts = 2;
  }

  private void add(Vocabulary vocabulary, String source) {
    int left = find(vocabulary, 0, split);
    int right = find(vocabulary, split, length);
    int whole = find(vocabulary, 0, length);
    if (split == 0 || split == length || left < 0 || right < 0 || whole < 0) {
      throw broken(
          source, new String(pair, 0, split) + " " + new String(pair, split, length - split));
    }
    merges.add(left, right, whole);
    merges.junction(pair[split - 1], pair[split]);
    mergesBytes |= isByte(0, split) || isByte(split, length);
  }

  private int find(Vocabulary vocabulary, int from, int to) {
    return vocabulary.find(WordCache.hash(pair, from, to), "", pair, from, to);
  }

  private boolean isByte(int from, int to) {
    for (int i = 0; i < BYTE.length(); i++) {
      if (from + i >= to || pair[from + i] != BYTE.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /// Returns the model.
  ///
  /// @param unknownToken what characters without an entry become, or empty where they are dropped
  Model.Bpe model(Vocabulary vocabulary, String unknownToken, Set<BpeTrait> traits, String source) {
    int unknownId = unknownToken.isEmpty() ? -1 : vocabulary.find(unknownToken);
    if (!unknownToken.isEmpty() && unknownId < 0 && !hasAllBytes(vocabulary)) {
      throw WordPieceReader.unknownWithoutEntry(vocabulary, unknownToken, source);
    }
    var all = EnumSet.noneOf(BpeTrait.class);
    all.addAll(traits);
    if (!mergesBytes && !(unknownId >= 0 && merges.uses(unknownId))) {
      all.add(BpeTrait.CUTTABLE);
    }
    return new Model.Bpe(vocabulary, merges.build(), unknownId, all);
  }

  private static boolean hasAllBytes(Vocabulary vocabulary) {
    for (int i = 0; i < BYTES; i++) {
      if (vocabulary.find(String.valueOf(ByteLetters.letter(i))) < 0) {
        return false;
      }
    }
    return true;
  }
}
