package dev.embark.source;

import java.io.IOException;

/// The hub could not be asked, or not now: the one failure after which the cache may answer.
final class NoAnswerException extends IOException {
  private static final long serialVersionUID = 1;

  NoAnswerException(String why) {
    super(why);
  }

  NoAnswerException(IOException cause) {
    super(Reasons.of(cause), cause);
  }
}
