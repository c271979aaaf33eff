package dev.embark.evaluate;

import java.util.Locale;

/// Words about numbers of things.
final class Texts {
  private Texts() {}

  static String count(long count, String things) {
    return String.format(Locale.ROOT, "%,d %s", count, things);
  }

  static String leftOut(int count) {
    return count == 0 ? "" : " (" + count + " without an answer left out)";
  }
}
