package dev.embark.source;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import javax.net.ssl.SSLException;

/// Why a file or a connection failed, as a sentence: the JDK's own messages are often only a name,
/// or nothing.
final class Reasons {
  private static final int CAUSES_MAX = 16;

  private Reasons() {}

  /// Returns one sentence about the failure.
  static String of(IOException failure) {
    if (hasCause(failure, UnresolvedAddressException.class)
        || hasCause(failure, UnknownHostException.class)) {
      return "The name of the host cannot be resolved.";
    }
    return switch (failure) {
      case HttpConnectTimeoutException _ -> "The host did not accept the connection in time.";
      case HttpTimeoutException _ -> "The host did not answer in time.";
      case ConnectException _ -> "The connection was refused.";
      case SSLException e -> sentence("The secure connection failed: " + e.getMessage());
      case AccessDeniedException _ -> "Permission denied.";
      case NoSuchFileException _ -> "There is no such file or folder.";
      case FileSystemException e when e.getReason() != null -> sentence(e.getReason());
      case IOException e -> sentence(String.valueOf(e.getMessage()));
    };
  }

  private static boolean hasCause(Throwable failure, Class<? extends Throwable> kind) {
    var at = failure;
    for (int depth = 0; at != null && depth < CAUSES_MAX; depth++, at = at.getCause()) {
      if (kind.isInstance(at)) {
        return true;
      }
    }
    return false;
  }

  private static String sentence(String text) {
    return text.endsWith(".") ? text : text + ".";
  }
}
