package dev.embark.tokenize;

import dev.embark.tokenize.AddedToken.Matching;
import java.util.List;

/// Any pipeline, step by step: added tokens as they are written, the normalizer between them, added
/// tokens in its result, the stations of the pre-tokenizer between those, and the model behind
/// them.
final class GeneralEncoder implements Encoder {
  private static final char REPLACEMENT = '\uFFFD';

  private final AddedTokens written;
  private final AddedTokens normalized;
  private final Rewriting[] rewritings;
  private final Station stations;

  GeneralEncoder(List<AddedToken> addedTokens, List<Rewriting> rewritings, Station stations) {
    this.rewritings = rewritings.toArray(new Rewriting[0]);
    this.stations = stations;
    written = AddedTokens.of(addedTokens, Matching.AS_WRITTEN, content -> content);
    normalized = AddedTokens.of(addedTokens, Matching.NORMALIZED, this::normalize);
  }

  @Override
  public void encode(String text, Scratch scratch, TokenList target) {
    scratch.target = target;
    if (written.isEmpty()) {
      encodePart(text, 0, text.length(), scratch);
    } else {
      var parts = scratch.written;
      parts.start(written, text, 0, text.length());
      while (parts.next()) {
        if (parts.isToken()) {
          target.add(parts.id());
        } else {
          encodePart(text, parts.from(), parts.to(), scratch);
        }
      }
      parts.end();
    }
    scratch.window.trim();
    scratch.otherWindow.trim();
  }

  private void encodePart(String text, int from, int to, Scratch scratch) {
    if (from == to) {
      return;
    }
    var window = normalize(text, from, to, scratch);
    if (normalized.isEmpty()) {
      if (window.length > Window.MARGIN) {
        stations.take(window.characters, Window.MARGIN, window.length, scratch);
      }
      return;
    }
    var parts = scratch.normalized;
    parts.start(normalized, window, Window.MARGIN, window.length);
    while (parts.next()) {
      if (parts.isToken()) {
        scratch.target.add(parts.id());
      } else {
        stations.take(window.characters, parts.from(), parts.to(), scratch);
      }
    }
    parts.end();
  }

  private String normalize(String text) {
    var normal = normalize(text, 0, text.length(), new Scratch());
    return normal.toString().substring(Window.MARGIN);
  }

  /// Returns the window that the normal form of a part of a text lies in, and says in the scratch
  /// whether it begins as the text does.
  private Window normalize(String text, int from, int to, Scratch scratch) {
    var current = scratch.window;
    var other = scratch.otherWindow;
    current.open();
    current.add(text, from, to);
    repair(current);
    boolean isBeginning = from == 0;
    for (var rewriting : rewritings) {
      isBeginning &= current.length > Window.MARGIN && !rewriting.dropsBeginning(current, scratch);
      other.open();
      rewriting.rewrite(current, scratch, other);
      var last = current;
      current = other;
      other = last;
    }
    scratch.start = isBeginning ? Window.MARGIN : -1;
    return current;
  }

  /// Makes lone surrogates U+FFFD: no text of the library can hold one.
  private static void repair(Window window) {
    char[] characters = window.characters;
    for (int i = Window.MARGIN; i < window.length; i++) {
      if (Character.isSurrogate(characters[i])) {
        if (i + 1 < window.length && Character.isSurrogatePair(characters[i], characters[i + 1])) {
          i++;
        } else {
          characters[i] = REPLACEMENT;
        }
      }
    }
  }
}
