package dev.embark.source;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/// A hub on this machine: one server for the API and small files, a second one for large files, to
/// which the first redirects with a signed address, as the real hub does.
final class LocalHub implements AutoCloseable {
  static final String REPOSITORY = "embark/tiny";
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /// From this size on a file is in Git LFS, on the second server.
  static final int LARGE_BYTES = 1000;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, byte[]> files = new TreeMap<>();
  private final Map<String, String> etags = new ConcurrentHashMap<>();
  private final List<String> extraNames = new CopyOnWriteArrayList<>();
  final List<String> requests = new CopyOnWriteArrayList<>();
  final List<String> largeRequests = new CopyOnWriteArrayList<>();
  final List<String> tokensAtLarge = new CopyOnWriteArrayList<>();
  private final AtomicInteger cuts = new AtomicInteger();
  private final AtomicInteger faults = new AtomicInteger();
  private volatile int cutAfter = Integer.MAX_VALUE;
  private volatile String token = "";
  private volatile String rename = "";
  private volatile Ranges ranges = Ranges.SERVED;
  private final HttpServer front;
  private final HttpServer large;

  /// What the second server does with a range.
  enum Ranges {
    SERVED,
    IGNORED
  }

  LocalHub() throws IOException {
    front = server();
    large = server();
    front.createContext("/", this::front);
    large.createContext("/", this::large);
    front.start();
    large.start();
  }

  private HttpServer server() throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    return server;
  }

  URI uri() {
    return uri(front);
  }

  private static URI uri(HttpServer server) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  LocalHub with(String name, String content) {
    return with(name, content.getBytes(StandardCharsets.UTF_8));
  }

  LocalHub with(String name, byte[] content) {
    files.put(name, content);
    return this;
  }

  LocalHub withName(String name) {
    extraNames.add(name);
    return this;
  }

  LocalHub withEtag(String name, String etag) {
    etags.put(name, etag);
    return this;
  }

  LocalHub requiring(String token) {
    this.token = token;
    return this;
  }

  /// Cuts the next `times` answers of the second server after `bytes` bytes.
  LocalHub cutting(int times, int bytes) {
    cuts.set(times);
    cutAfter = bytes;
    return this;
  }

  /// Answers the next `times` requests for a listing with 503.
  LocalHub failing(int times) {
    faults.set(times);
    return this;
  }

  LocalHub with(Ranges ranges) {
    this.ranges = ranges;
    return this;
  }

  /// Redirects requests for this name to the repository, as after a renaming.
  LocalHub renamedFrom(String name) {
    rename = name;
    return this;
  }

  byte[] content(String name) {
    return Optional.ofNullable(files.get(name)).orElseThrow();
  }

  String etag(String name) {
    var content = content(name);
    return etags.computeIfAbsent(name, _ -> isLarge(content) ? sha256(content) : gitBlob(content));
  }

  private static boolean isLarge(byte[] content) {
    return content.length >= LARGE_BYTES;
  }

  static String sha256(byte[] content) {
    return digest("SHA-256", content);
  }

  static String gitBlob(byte[] content) {
    var head = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
    var all = new byte[head.length + content.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(content, 0, all, head.length, content.length);
    return digest("SHA-1", all);
  }

  private static String digest(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void front(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getRawPath();
      requests.add(exchange.getRequestMethod() + " " + path);
      if (!rename.isEmpty() && path.contains(rename)) {
        exchange.getResponseHeaders().add("Location", path.replace(rename, REPOSITORY));
        exchange.sendResponseHeaders(307, -1);
        return;
      }
      var sent = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"));
      if (!token.isEmpty() && !sent.equals(Optional.of("Bearer " + token))) {
        refuse(exchange, sent.isPresent() ? 403 : 401, "GatedRepo");
        return;
      }
      var api = "/api/models/" + REPOSITORY + "/revision/";
      var resolve = "/" + REPOSITORY + "/resolve/";
      if (path.startsWith(api)) {
        list(exchange, path.substring(api.length()));
      } else if (path.startsWith(resolve)) {
        var rest = exchange.getRequestURI().getPath().substring(resolve.length());
        describe(exchange, rest.substring(rest.indexOf('/') + 1));
      } else {
        refuse(exchange, 404, "RepoNotFound");
      }
    }
  }

  private static void refuse(HttpExchange exchange, int status, String code) throws IOException {
    exchange.getResponseHeaders().add("X-Error-Code", code);
    exchange.sendResponseHeaders(status, -1);
  }

  private void list(HttpExchange exchange, String revision) throws IOException {
    if (faults.getAndDecrement() > 0) {
      exchange.sendResponseHeaders(503, -1);
      return;
    }
    if (!List.of("main", "refs%2Fpr%2F1", COMMIT).contains(revision)) {
      refuse(exchange, 404, "RevisionNotFound");
      return;
    }
    var names = new ArrayList<>(files.keySet());
    names.addAll(extraNames);
    var siblings =
        names.stream()
            .map(name -> "{\"rfilename\": \"" + name + "\"}")
            .collect(Collectors.joining(", "));
    var json = "{\"sha\": \"" + COMMIT + "\", \"siblings\": [" + siblings + "]}";
    send(exchange, 200, json.getBytes(StandardCharsets.UTF_8));
  }

  private void describe(HttpExchange exchange, String name) throws IOException {
    var content = files.get(name);
    if (content == null) {
      refuse(exchange, 404, "EntryNotFound");
      return;
    }
    var headers = exchange.getResponseHeaders();
    headers.add("X-Repo-Commit", COMMIT);
    if (isLarge(content)) {
      headers.add("X-Linked-Etag", "\"" + etag(name) + "\"");
      headers.add("X-Linked-Size", String.valueOf(content.length));
      headers.add("ETag", "\"not-this-one\"");
      headers.add("Location", uri(large) + "/" + name + "?signature=secret");
      exchange.sendResponseHeaders(302, -1);
    } else {
      headers.add("ETag", "W/\"" + etag(name) + "\"");
      send(exchange, 200, content);
    }
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().add("Content-Length", String.valueOf(body.length));
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private void large(HttpExchange exchange) throws IOException {
    var content = content(exchange.getRequestURI().getPath().substring(1));
    var range = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"));
    largeRequests.add(
        exchange.getRequestURI().getPath() + range.map(text -> " " + text).orElse(""));
    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
        .ifPresent(tokensAtLarge::add);
    int start =
        ranges == Ranges.IGNORED
            ? 0
            : range.map(text -> Integer.parseInt(text.replaceAll("\\D", ""))).orElse(0);
    if (start >= content.length) {
      exchange.sendResponseHeaders(416, -1);
      exchange.close();
      return;
    }
    if (start > 0) {
      exchange
          .getResponseHeaders()
          .add(
              "Content-Range",
              "bytes " + start + "-" + (content.length - 1) + "/" + content.length);
    }
    exchange.sendResponseHeaders(start > 0 ? 206 : 200, content.length - start);
    int end =
        cuts.getAndDecrement() > 0 ? Math.min(content.length, start + cutAfter) : content.length;
    exchange.getResponseBody().write(content, start, end - start);
    exchange.getResponseBody().flush();
    // Closed before all announced bytes are written, the exchange drops the connection.
    exchange.close();
  }

  @Override
  public void close() {
    front.stop(0);
    large.stop(0);
    threads.shutdownNow();
  }
}
