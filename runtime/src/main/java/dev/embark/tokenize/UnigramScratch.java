package dev.embark.tokenize;

import java.util.Arrays;

/// What [UnigramModel] needs while it works, one of a thread: the text, and the best way to every
/// place of the stretch of it that is being decided. Places count from the beginning of the
/// stretch.
final class UnigramScratch {
  private static final int KEPT_MAX = 1 << 16;
  private static final int LENGTH_FIRST = 256;
  private static final int UNSET = -1;
  private static final char[] NOTHING = {};

  char[] text = NOTHING;
  int textStart;
  int textEnd;
  TokenList target = new TokenList();

  /// Where the stretch begins.
  int base;

  /// How far pieces reach that begin in it.
  int reach;

  /// Unknown characters that may go on behind the stretch.
  int unknownFrom;

  int unknownTo;

  /// Score of the best way to a place.
  double[] scores = new double[LENGTH_FIRST];

  /// Where the last piece on that way begins.
  int[] starts = new int[LENGTH_FIRST];

  /// Its id.
  int[] ids = new int[LENGTH_FIRST];

  /// The places on the best way, from the last one back.
  int[] ends = new int[LENGTH_FIRST];

  /// Begins with `text[from, to)`.
  void start(char[] text, int from, int to, TokenList target) {
    this.text = text;
    this.target = target;
    textStart = from;
    textEnd = to;
    base = from;
    reach = from;
    unknownFrom = from;
    unknownTo = from;
    scores[0] = 0;
  }

  /// Lets go of the text, and of the memory of an exceptionally long stretch.
  void end() {
    text = NOTHING;
    if (ids.length > KEPT_MAX) {
      scores = new double[LENGTH_FIRST];
      starts = new int[LENGTH_FIRST];
      ids = new int[LENGTH_FIRST];
      ends = new int[LENGTH_FIRST];
    }
  }

  /// Takes a piece as the last one on the way to its end, if no other way there is as good.
  void offer(int end, int start, int id, double score) {
    if (end > reach) {
      extend(end);
    }
    int place = end - base;
    if (starts[place] == UNSET || score > scores[place]) {
      starts[place] = start - base;
      ids[place] = id;
      scores[place] = score;
    }
  }

  private void extend(int end) {
    int place = end - base;
    if (place >= ids.length) {
      int length = Math.max(place + 1, ids.length * 2);
      scores = Arrays.copyOf(scores, length);
      starts = Arrays.copyOf(starts, length);
      ids = Arrays.copyOf(ids, length);
      ends = new int[length];
    }
    Arrays.fill(starts, reach - base + 1, place + 1, UNSET);
    reach = end;
  }

  /// Returns where the character at `at` ends.
  int characterEnd(int at) {
    boolean isPair =
        Character.isHighSurrogate(text[at])
            && at + 1 < textEnd
            && Character.isLowSurrogate(text[at + 1]);
    return isPair ? at + 2 : at + 1;
  }
}
