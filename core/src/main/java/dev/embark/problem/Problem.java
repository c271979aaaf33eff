package dev.embark.problem;

/// Anything that keeps Embark from doing what it was asked: the only exception type it throws on
/// purpose.
///
/// A problem is told in three sentences: *what* is wrong (with the name, the actual and the
/// expected value), *why*, and *what to do*. The category decides the exit code of the command line
/// and the status of the server.
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// Whose problem it is.
  public enum Category {
    /// The command or call is malformed.
    WRONG_USAGE(2),
    /// A file, checkpoint or text is missing, damaged or inconsistent.
    BAD_INPUT(3),
    /// An architecture, module or operation that Embark does not know.
    UNSUPPORTED(4),
    /// A conversion that does not compute what the original computes.
    VERIFICATION_FAILED(5),
    /// A JDK, native runtime or toolchain is missing on this machine.
    UNAVAILABLE(6),
    /// A hub, repository or endpoint does not answer, or refuses.
    UNREACHABLE(7),
    /// The output exists already, or cannot be written.
    UNWRITABLE(8),
    /// A person or the system asked to stop.
    INTERRUPTED(130);

    private final int exitCode;

    Category(int exitCode) {
      this.exitCode = exitCode;
    }

    /// Returns the exit code of a command that ends with this category.
    public int exitCode() {
      return exitCode;
    }
  }

  private final Category category;
  private final String what;
  private final String why;
  private final String remedy;

  /// Creates a problem; each argument is one or more full sentences, `why` and `remedy` may be
  /// empty.
  public Problem(Category category, String what, String why, String remedy) {
    super(text(what, why, remedy));
    this.category = category;
    this.what = what;
    this.why = why;
    this.remedy = remedy;
  }

  /// Creates a problem that another failure led to.
  public Problem(Category category, String what, String why, String remedy, Throwable cause) {
    this(category, what, why, remedy);
    initCause(cause);
  }

  private static String text(String what, String why, String remedy) {
    var text = new StringBuilder(what);
    for (var part : new String[] {why, remedy}) {
      if (!part.isEmpty()) {
        text.append('\n').append(part);
      }
    }
    return text.toString();
  }

  public Category category() {
    return category;
  }

  /// Returns what is wrong, with names, actual and expected values.
  public String what() {
    return what;
  }

  /// Returns why it is wrong; empty where `what` says it all.
  public String why() {
    return why;
  }

  /// Returns what the user can do about it; empty where nothing can be done.
  public String remedy() {
    return remedy;
  }
}
