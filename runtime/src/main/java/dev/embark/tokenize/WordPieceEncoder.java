package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tokenize.AddedToken.Matching;
import java.util.List;
import java.util.TreeMap;

/// BERT's pipeline in one pass: normalizer, words and pieces of a character before the next one is
/// looked at. A thread brings its own [Scratch]; nothing else changes.
final class WordPieceEncoder implements Encoder {
  private static final int ASCII = 128;
  private static final byte DROP = -1;
  private static final byte SPACE = -2;
  private static final byte PUNCTUATION = -3;

  /// What an ASCII character becomes: itself, its small letter, or one of the three above.
  private final byte[] ascii = new byte[ASCII];

  private final BertNormalization normalization;
  private final AddedTokens written;
  private final AddedTokens normalized;
  private final Vocabulary vocabulary;
  private final int unknownId;
  private final String prefix;
  private final int prefixHash;
  private final int wordCharsMax;
  private final int wordUnitsMax;

  WordPieceEncoder(
      List<AddedToken> addedTokens, BertNormalization normalization, Model.WordPiece model) {
    this.normalization = normalization;
    written = tokens(addedTokens, Matching.AS_WRITTEN, normalization);
    normalized = tokens(addedTokens, Matching.NORMALIZED, normalization);
    vocabulary = model.vocabulary();
    unknownId = model.unknownId();
    prefix = model.continuingPrefix();
    prefixHash = Vocabulary.hash(prefix);
    wordCharsMax = model.wordCharsMax();
    wordUnitsMax = 2 * wordCharsMax + 2;
    for (char c = 0; c < ASCII; c++) {
      ascii[c] = action(c);
    }
  }

  private static AddedTokens tokens(
      List<AddedToken> all, Matching matching, BertNormalization normalization) {
    var byPattern = new TreeMap<String, AddedToken>();
    for (var token : all) {
      if (token.matching() == matching) {
        var pattern =
            switch (matching) {
              case AS_WRITTEN -> token.content();
              case NORMALIZED -> normalization.normalize(token.content());
            };
        if (pattern.isEmpty() || byPattern.put(pattern, token) != null) {
          throw new Problem(
              Category.UNSUPPORTED,
              "The added token \"" + token.content() + "\" is \"" + pattern + "\" once normalized.",
              "Nothing is left to look for, or another added token is looked for with the same.",
              "Set \"normalized\" to false for this token in tokenizer.json.");
        }
      }
    }
    return new AddedTokens(byPattern);
  }

  private byte action(char c) {
    boolean isSpace = c == ' ' || (c >= '\t' && c <= '\r');
    boolean isControl = (c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
    if (isControl && normalization.cleansText()) {
      return DROP;
    }
    if (isSpace) {
      return SPACE;
    }
    if (c >= 'A' && c <= 'Z') {
      return (byte) (normalization.lowercases() ? c + 'a' - 'A' : c);
    }
    boolean isLetterOrDigit = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    return isLetterOrDigit || isControl ? (byte) c : PUNCTUATION;
  }

  @Override
  public void encode(String text, Scratch scratch, TokenList target) {
    if (written.isEmpty()) {
      encodePart(text, 0, text.length(), scratch, target);
    } else {
      var parts = scratch.written;
      parts.start(written, text, text.length());
      while (parts.next()) {
        if (parts.isToken()) {
          target.add(parts.id());
        } else {
          encodePart(text, parts.from(), parts.to(), scratch, target);
        }
      }
      parts.end();
    }
    scratch.window.trim();
  }

  private void encodePart(String text, int from, int to, Scratch scratch, TokenList target) {
    if (normalized.isEmpty()) {
      encodeWords(text, from, to, scratch, target);
    } else {
      var window = scratch.window;
      window.clear();
      normalization.append(text, from, to, window);
      var parts = scratch.normalized;
      parts.start(normalized, window, window.length);
      while (parts.next()) {
        if (parts.isToken()) {
          target.add(parts.id());
        } else {
          int rest = cut(scratch, parts.from(), parts.from(), parts.to(), target);
          encodeWord(scratch, rest, parts.to(), target);
        }
      }
    }
  }

  private void encodeWords(String text, int from, int to, Scratch scratch, TokenList target) {
    var window = scratch.window;
    window.clear();
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c >= ASCII) {
        int codePoint = text.codePointAt(i);
        i += Character.charCount(codePoint) - 1;
        appendAndCut(codePoint, scratch, target);
        continue;
      }
      byte action = ascii[c];
      if (action >= 0) {
        if (window.length < wordUnitsMax) {
          window.add((char) action);
        }
      } else if (action != DROP) {
        encodeWord(scratch, 0, window.length, target);
        window.clear();
        if (action == PUNCTUATION) {
          window.add(c);
          encodeWord(scratch, 0, 1, target);
          window.clear();
        }
      }
    }
    encodeWord(scratch, 0, window.length, target);
  }

  private void appendAndCut(int codePoint, Scratch scratch, TokenList target) {
    var window = scratch.window;
    int before = window.length;
    if ((CharacterTable.properties(codePoint) & CharacterTable.ACTING) == 0) {
      window.addCodePoint(codePoint);
    } else {
      normalization.append(codePoint, window);
      int rest = cut(scratch, 0, before, window.length, target);
      if (rest > 0) {
        window.removeUntil(rest);
      }
    }
    window.limit(wordUnitsMax);
  }

  /// Encodes all words of the window that end before `to`, and returns where the last one begins.
  /// The first begins at `from`; nothing before `unseen` ends a word.
  private int cut(Scratch scratch, int from, int unseen, int to, TokenList target) {
    char[] characters = scratch.window.characters;
    int start = from;
    for (int i = unseen; i < to; ) {
      int codePoint = Character.codePointAt(characters, i, to);
      int size = Character.charCount(codePoint);
      int properties = CharacterTable.properties(codePoint);
      if ((properties & CharacterTable.SPACE) != 0) {
        encodeWord(scratch, start, i, target);
        start = i + size;
      } else if ((properties & CharacterTable.PUNCTUATION) != 0) {
        encodeWord(scratch, start, i, target);
        encodeWord(scratch, i, i + size, target);
        start = i + size;
      }
      i += size;
    }
    return start;
  }

  /// Adds the ids of a word that lies in the window.
  private void encodeWord(Scratch scratch, int from, int to, TokenList target) {
    int length = to - from;
    if (length == 0) {
      return;
    }
    char[] characters = scratch.window.characters;
    if (length > wordCharsMax
        && Character.codePointCount(characters, from, length) > wordCharsMax) {
      target.add(unknownId);
      return;
    }
    scratch.reserve(length);
    int[] hashes = scratch.hashes;
    int hash = Vocabulary.SEED;
    for (int i = 0; i < length; i++) {
      hash = Vocabulary.step(hash, characters[from + i]);
      hashes[i] = hash;
    }
    int id = vocabulary.find(hash, "", characters, from, to);
    if (id >= 0) {
      target.add(id);
    } else {
      encodePieces(scratch, from, to, target);
    }
  }

  private void encodePieces(Scratch scratch, int from, int to, TokenList target) {
    char[] characters = scratch.window.characters;
    int[] hashes = scratch.hashes;
    int[] pieces = scratch.pieces;
    int count = 0;
    String before = "";
    for (int start = from; start < to; ) {
      int end = Math.min(to, start + vocabulary.longest() - before.length());
      if (start > from) {
        int hash = prefixHash;
        for (int i = start; i < end; i++) {
          hash = Vocabulary.step(hash, characters[i]);
          hashes[i - start] = hash;
        }
      }
      int id = -1;
      while (end > start && id < 0) {
        id = vocabulary.find(hashes[end - start - 1], before, characters, start, end);
        if (id < 0) {
          end--;
        }
      }
      if (id < 0) {
        target.add(unknownId);
        return;
      }
      pieces[count++] = id;
      start = end;
      before = prefix;
    }
    for (int i = 0; i < count; i++) {
      target.add(pieces[i]);
    }
  }
}
