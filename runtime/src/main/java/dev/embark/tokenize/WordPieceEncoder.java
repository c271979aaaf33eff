package dev.embark.tokenize;

import dev.embark.tokenize.AddedToken.Matching;
import java.util.List;

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
  private final WordPieceModel model;
  private final int wordUnitsMax;

  WordPieceEncoder(
      List<AddedToken> addedTokens, BertNormalization normalization, Model.WordPiece model) {
    this.normalization = normalization;
    written = AddedTokens.of(addedTokens, Matching.AS_WRITTEN, content -> content);
    normalized = AddedTokens.of(addedTokens, Matching.NORMALIZED, normalization::normalize);
    this.model = new WordPieceModel(model);
    wordUnitsMax = 2 * model.wordCharsMax() + 2;
    for (char c = 0; c < ASCII; c++) {
      ascii[c] = action(c);
    }
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
      parts.start(written, text, 0, text.length());
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
      parts.start(normalized, window, 0, window.length);
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
    if (from < to) {
      model.encode(scratch.window.characters, from, to, scratch, target);
    }
  }
}
