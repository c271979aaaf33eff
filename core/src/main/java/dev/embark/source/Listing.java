package dev.embark.source;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/// The names of all files of a repository at a commit.
record Listing(String commit, SortedSet<String> files) {
  private static final int FILES_MAX = 20_000;

  Listing {
    files = Collections.unmodifiableSortedSet(new TreeSet<>(files));
  }

  /// Checks what a server or a cache claims; `owner` says in errors whose files these are.
  static Listing of(String owner, String commit, Collection<String> files) {
    if (files.size() > FILES_MAX) {
      throw new Problem(
          Category.BAD_INPUT,
          owner + " has " + files.size() + " files; at most " + FILES_MAX + " are read.",
          "A model has a few dozen.",
          "Check the name.");
    }
    for (var file : files) {
      if (!RelativeName.isSafe(file)) {
        throw new Problem(
            Category.BAD_INPUT,
            owner + " lists a file \"" + file + "\", which would lead out of the model's folder.",
            "Such a name is no accident.",
            "Take the model from a source you trust.");
      }
    }
    return new Listing(commit, new TreeSet<>(files));
  }
}
