package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.Arrays;
import java.util.HashSet;
import java.util.function.Consumer;

/// Reads one JSON document from front to back ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)).
///
/// A vocabulary of 30,000 entries goes by without an object per entry, and without the classes of a
/// general parser, which cost a short command more time than the file itself. At most 64 levels, no
/// duplicate names, strict UTF-8, no lone surrogates; anything else is a [Problem] that names the
/// place.
final class JsonCursor {
  private static final int DEPTH_MAX = 64;

  private final byte[] bytes;
  private final String source;
  private char[] text = new char[256];
  private int textLength;
  private int at;
  private int depth;

  /// @param source name of the document in errors
  JsonCursor(byte[] bytes, String source) {
    this.bytes = bytes;
    this.source = source;
  }

  /// Kinds of values.
  enum Kind {
    OBJECT,
    ARRAY,
    STRING,
    NUMBER,
    BOOLEAN,
    NULL
  }

  /// Takes up the entries of a vocabulary.
  interface Entries {
    /// Takes up one entry; `name` holds it in its first `length` characters until this returns.
    void entry(char[] name, int length, int value);
  }

  String source() {
    return source;
  }

  /// Returns the length of the document in bytes.
  int length() {
    return bytes.length;
  }

  /// Returns the kind of the value that comes next.
  Kind kind() {
    return switch (peek()) {
      case '{' -> Kind.OBJECT;
      case '[' -> Kind.ARRAY;
      case '"' -> Kind.STRING;
      case 't', 'f' -> Kind.BOOLEAN;
      case 'n' -> Kind.NULL;
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> Kind.NUMBER;
      default -> throw broken("expected a value");
    };
  }

  /// Reads an object; `field` is called with each name and must read the value.
  void object(Consumer<String> field) {
    var names = new HashSet<String>();
    open('{');
    for (boolean more = isMore('}'); more; more = isNext('}')) {
      var name = string();
      if (!names.add(name)) {
        throw broken("the name \"" + name + "\" occurs twice in one object");
      }
      expect(':');
      field.accept(name);
    }
    depth--;
  }

  /// Reads an object whose values are integers. Names may repeat.
  void entries(Entries entries) {
    open('{');
    for (boolean more = isMore('}'); more; more = isNext('}')) {
      readText();
      int length = textLength;
      expect(':');
      entries.entry(text, length, integer());
    }
    depth--;
  }

  /// Reads an array; `element` is called before each value and must read it.
  void array(Runnable element) {
    open('[');
    for (boolean more = isMore(']'); more; more = isNext(']')) {
      element.run();
    }
    depth--;
  }

  /// Reads a string into [#characters]; returns its length.
  int text() {
    readText();
    return textLength;
  }

  /// Returns what holds a string that was read last, until the next one is read.
  char[] characters() {
    return text;
  }

  /// Returns a cursor of its own at the same place.
  JsonCursor copy() {
    var copy = new JsonCursor(bytes, source);
    copy.at = at;
    copy.depth = depth;
    return copy;
  }

  String string() {
    readText();
    return new String(text, 0, textLength);
  }

  boolean bool() {
    if (peek() == 't') {
      word("true");
      return true;
    }
    word("false");
    return false;
  }

  /// Reads `null` if it comes next; returns whether it did.
  boolean isNull() {
    if (peek() != 'n') {
      return false;
    }
    word("null");
    return true;
  }

  /// Reads an integer between 0 and 2³¹ - 1.
  int integer() {
    peek();
    int start = at;
    long value = 0;
    while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9' && at - start < 11) {
      value = value * 10 + bytes[at++] - '0';
    }
    boolean isPlain = at > start && (bytes[start] != '0' || at == start + 1);
    if (!isPlain || value > Integer.MAX_VALUE || (at < bytes.length && isInNumber(bytes[at]))) {
      throw broken("expected an integer between 0 and " + Integer.MAX_VALUE);
    }
    return (int) value;
  }

  /// Reads a number as the reference library does.
  double number() {
    peek();
    int start = at;
    skipNumber();
    return Score.of(bytes, start, at);
  }

  /// Reads a value and forgets it.
  void skip() {
    switch (kind()) {
      case OBJECT -> object(_ -> skip());
      case ARRAY -> array(this::skip);
      case STRING -> readText();
      case BOOLEAN -> bool();
      case NULL -> isNull();
      case NUMBER -> skipNumber();
    }
  }

  private void skipNumber() {
    take("-");
    if (!take("0")) {
      digits();
    }
    if (take(".")) {
      digits();
    }
    if (take("eE")) {
      take("+-");
      digits();
    }
    if (at < bytes.length && isInNumber(bytes[at])) {
      throw broken("expected a number");
    }
  }

  private boolean take(String anyOf) {
    if (at < bytes.length && anyOf.indexOf(bytes[at]) >= 0) {
      at++;
      return true;
    }
    return false;
  }

  private void digits() {
    int start = at;
    while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9') {
      at++;
    }
    if (at == start) {
      throw broken("expected a digit");
    }
  }

  /// Checks that nothing follows.
  void end() {
    skipSpace();
    if (at < bytes.length) {
      throw broken("expected the end of the file");
    }
  }

  private void open(char bracket) {
    expect(bracket);
    if (++depth > DEPTH_MAX) {
      throw broken("more than " + DEPTH_MAX + " levels");
    }
  }

  private boolean isMore(char bracket) {
    if (peek() == bracket) {
      at++;
      return false;
    }
    return true;
  }

  private boolean isNext(char bracket) {
    byte next = peek();
    at++;
    if (next == bracket) {
      return false;
    }
    if (next != ',') {
      at--;
      throw broken("expected a comma or " + bracket);
    }
    return true;
  }

  private void expect(char expected) {
    if (peek() != expected) {
      throw broken("expected " + expected);
    }
    at++;
  }

  private void word(String expected) {
    for (int i = 0; i < expected.length(); i++) {
      if (at == bytes.length || bytes[at] != expected.charAt(i)) {
        throw broken("expected " + expected);
      }
      at++;
    }
  }

  private byte peek() {
    skipSpace();
    if (at == bytes.length) {
      throw broken("the file ends here");
    }
    return bytes[at];
  }

  private void skipSpace() {
    while (at < bytes.length
        && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
      at++;
    }
  }

  private static boolean isInNumber(byte b) {
    return (b >= '0' && b <= '9') || b == '-' || b == '+' || b == '.' || b == 'e' || b == 'E';
  }

  private void readText() {
    expect('"');
    textLength = 0;
    while (true) {
      readPlainText();
      int b = next();
      if (b == '"') {
        return;
      }
      if (b == '\\') {
        readEscape();
      } else if (b >= 0x80) {
        readCodePoint(b);
      } else {
        throw broken("a control character in a string");
      }
    }
  }

  /// Reads ASCII up to anything that needs a second look: nearly all of a vocabulary, in one tight
  /// loop that runs well before it is compiled.
  private void readPlainText() {
    byte[] from = bytes;
    int i = at;
    while (i < from.length && from[i] >= ' ' && from[i] != '"' && from[i] != '\\') {
      i++;
    }
    int length = i - at;
    if (textLength + length > text.length) {
      text = Arrays.copyOf(text, Math.max(textLength + length, text.length * 2));
    }
    char[] to = text;
    for (int k = 0; k < length; k++) {
      to[textLength + k] = (char) from[at + k];
    }
    textLength += length;
    at = i;
  }

  private int next() {
    if (at == bytes.length) {
      throw broken("the file ends in a string");
    }
    return bytes[at++] & 0xFF;
  }

  private void add(char c) {
    if (textLength == text.length) {
      text = Arrays.copyOf(text, textLength * 2);
    }
    text[textLength++] = c;
  }

  private void readEscape() {
    int escape = next();
    switch (escape) {
      case '"', '\\', '/' -> add((char) escape);
      case 'b' -> add('\b');
      case 'f' -> add('\f');
      case 'n' -> add('\n');
      case 'r' -> add('\r');
      case 't' -> add('\t');
      case 'u' -> readUnicodeEscape();
      default -> throw broken("an unknown escape in a string");
    }
  }

  private void readUnicodeEscape() {
    char unit = hex();
    if (Character.isHighSurrogate(unit) && next() == '\\' && next() == 'u') {
      char low = hex();
      if (Character.isLowSurrogate(low)) {
        add(unit);
        add(low);
        return;
      }
    }
    if (Character.isSurrogate(unit)) {
      throw broken("half a surrogate pair in a string");
    }
    add(unit);
  }

  private char hex() {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(next(), 16);
      if (digit < 0) {
        throw broken("expected four hexadecimal digits");
      }
      value = (value << 4) | digit;
    }
    return (char) value;
  }

  private void readCodePoint(int lead) {
    int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    int codePoint = lead & (0x3F >> more);
    for (int i = 0; i < more; i++) {
      int b = next();
      if ((b & 0xC0) != 0x80) {
        throw broken("not UTF-8");
      }
      codePoint = (codePoint << 6) | (b & 0x3F);
    }
    int least = more == 3 ? 0x10000 : more == 2 ? 0x800 : 0x80;
    if (lead < 0xC0
        || lead > 0xF7
        || codePoint < least
        || codePoint > Character.MAX_CODE_POINT
        || (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE)) {
      throw broken("not UTF-8");
    }
    if (codePoint < 0x10000) {
      add((char) codePoint);
    } else {
      add(Character.highSurrogate(codePoint));
      add(Character.lowSurrogate(codePoint));
    }
  }

  /// Returns the problem of a damaged document at the current place.
  Problem broken(String what) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < Math.min(at, bytes.length); i++) {
      column++;
      if (bytes[i] == '\n') {
        line++;
        column = 1;
      }
    }
    return new Problem(
        Category.BAD_INPUT,
        source + " is damaged at line " + line + ", column " + column + ": " + what + ".",
        "",
        "Fetch the file again; if it is your own, mend it there.");
  }
}
