package dev.embark.source;

/// The name of a file inside a model: segments parted by `/`, none of which leads elsewhere.
///
/// Names come from servers, archives and configuration files, so each is checked before it becomes
/// a path.
final class RelativeName {
  private static final int LENGTH_MAX = 1024;

  private RelativeName() {}

  /// Returns whether the name stays inside the folder it is resolved against, on every file system.
  static boolean isSafe(String name) {
    if (name.isEmpty() || name.length() > LENGTH_MAX) {
      return false;
    }
    if (name.chars().anyMatch(c -> c < ' ' || c == 0x7f || c == '\\' || c == ':')) {
      return false;
    }
    for (var segment : name.split("/", -1)) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        return false;
      }
    }
    return true;
  }

  /// Returns the folder part, or the empty string at the top.
  static String folder(String name) {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }

  /// Returns the last segment.
  static String last(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  /// Returns `name` inside `folder`; the empty folder is the top.
  static String in(String folder, String name) {
    return folder.isEmpty() ? name : folder + "/" + name;
  }
}
