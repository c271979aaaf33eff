package dev.embark.source;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.net.URI;
import java.net.http.HttpHeaders;

/// What a hub that says no means: its status, and the header `X-Error-Code` where it sends one.
///
/// `revision` and `file` are empty where the request names none. Without a token the hub answers
/// 401 for a repository that does not exist, so that nobody can probe for private ones.
record Refusal(URI hub, String repository, String revision, String file, Token token) {
  /// Whether the request carried a token.
  enum Token {
    SENT,
    NOT_SENT
  }

  /// Returns the problem to report for an answer that is neither success nor a passing fault.
  Problem problem(int status, HttpHeaders headers) {
    var code = headers.firstValue("X-Error-Code").orElse("");
    var message = headers.firstValue("X-Error-Message").orElse("");
    if (status == 401 || status == 403) {
      if (message.startsWith("Invalid credentials")) {
        return badToken();
      }
      return code.equals("RepoNotFound") ? noRepository() : gated(status);
    }
    if (status == 404) {
      return switch (code) {
        case "RevisionNotFound" -> noRevision();
        case "EntryNotFound" -> noFile();
        case String _ -> file.isEmpty() ? noRepository() : noFile();
      };
    }
    return new Problem(
        Category.UNREACHABLE,
        hub + " answers with status " + status + " for " + subject() + ".",
        "",
        "Check HF_ENDPOINT, and whether a proxy stands between.");
  }

  private String subject() {
    return file.isEmpty() ? repository : file + " of " + repository;
  }

  private Problem gated(int status) {
    return new Problem(
        Category.UNREACHABLE,
        hub + " refuses access to " + repository + " (status " + status + ").",
        "The repository is gated or private"
            + switch (token) {
              case SENT -> ", and the account of the token in HF_TOKEN has no access.";
              case NOT_SENT -> ", and no token was sent.";
            },
        "Accept its licence on "
            + hub
            + "/"
            + repository
            + " with your account, and set HF_TOKEN to a token of that account.");
  }

  private Problem badToken() {
    return new Problem(
        Category.UNREACHABLE,
        hub + " does not accept the token in HF_TOKEN.",
        "It is mistyped, expired or revoked.",
        "Make a new token in the settings of your account, or unset HF_TOKEN.");
  }

  private Problem noRepository() {
    return new Problem(
        Category.BAD_INPUT,
        "There is no repository " + repository + " on " + hub + ".",
        switch (token) {
          case SENT -> "It does not exist, or the account of the token in HF_TOKEN may not see it.";
          case NOT_SENT -> "It does not exist, or it is private and no token was sent.";
        },
        "Check owner and name; for a private repository, set HF_TOKEN.");
  }

  private Problem noRevision() {
    return new Problem(
        Category.BAD_INPUT,
        repository + " has no revision \"" + revision + "\".",
        "There is no such branch, tag or commit.",
        "Leave the revision away to take main.");
  }

  private Problem noFile() {
    return new Problem(
        Category.BAD_INPUT,
        repository + " has no file " + file + " at revision " + revision + ".",
        "",
        "Check that the repository is complete.");
  }
}
