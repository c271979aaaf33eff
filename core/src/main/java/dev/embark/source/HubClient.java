package dev.embark.source;

import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.source.ModelReference.HubRepository;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The three requests Embark makes of a hub: which files a revision has, what the hub knows of a
/// file, and its content. No answer is an `IOException`; a refusal, or an answer that makes no
/// sense, a [Problem].
///
/// Redirects are followed by hand. The hub answers large files with a signed address on another
/// host, and small ones with one of its own: the token goes with requests to the origin (scheme,
/// host and port) of the endpoint, and to nowhere else; from https nothing leads back to http.
final class HubClient implements AutoCloseable {
  private static final int REDIRECTS_MAX = 5;
  private static final int LISTING_BYTES_MAX = 16 << 20;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /// Which redirects a request follows.
  private enum Follow {
    WITHIN_HUB,
    ANYWHERE
  }

  private final URI endpoint;
  private final String token;
  private final Patience patience;
  private final ProxySelector proxy;
  // Made by the first request: a complete cache needs none, and a client costs threads and time.
  private @Nullable HttpClient client;

  HubClient(SourceSettings settings, Patience patience) {
    this.endpoint = settings.endpoint();
    this.token = settings.token();
    this.patience = patience;
    this.proxy = settings.proxy();
  }

  private HttpClient client() {
    if (client == null) {
      client =
          HttpClient.newBuilder()
              // Ranges, resuming and cuts are plainest where a connection is one stream.
              .version(HttpClient.Version.HTTP_1_1)
              .followRedirects(HttpClient.Redirect.NEVER)
              .connectTimeout(patience.connect())
              .proxy(proxy)
              .build();
    }
    return client;
  }

  /// Returns the commit a revision stands for now, and its files.
  Listing list(HubRepository repository) throws IOException {
    var uri =
        URI.create(
            endpoint
                + "/api/models/"
                + repository.repository()
                + "/revision/"
                + encode(repository.revision()));
    var answer =
        persist(() -> follow("GET", uri, Follow.WITHIN_HUB, limited(BodyHandlers.ofByteArray())));
    if (answer.statusCode() != 200) {
      throw refusal(repository, "").problem(answer.statusCode(), answer.headers());
    }
    return listing(repository, answer.body());
  }

  private static <T> BodyHandler<T> limited(BodyHandler<T> body) {
    return BodyHandlers.limiting(body, LISTING_BYTES_MAX);
  }

  private Listing listing(HubRepository repository, byte[] body) {
    var json = Json.parseObject(body, "The answer of " + endpoint + " for " + repository.text());
    var commit = json.path("sha").stringValue("");
    var files = new ArrayList<String>();
    for (JsonNode sibling : json.path("siblings")) {
      files.add(sibling.path("rfilename").stringValue(""));
    }
    if (!COMMIT.matcher(commit).matches()) {
      throw notAHub("Its answer for " + repository.text() + " names no commit.");
    }
    return Listing.of(repository.text(), commit, files);
  }

  /// Returns what the hub knows of a file before its content.
  RemoteFile describe(HubRepository repository, String commit, String name) throws IOException {
    var uri = address(repository, commit, name);
    var answer = persist(() -> follow("HEAD", uri, Follow.WITHIN_HUB, BodyHandlers.discarding()));
    int status = answer.statusCode();
    var headers = answer.headers();
    if (status != 200 && !REDIRECTS.contains(status)) {
      throw refusal(new HubRepository(repository.repository(), commit), name)
          .problem(status, headers);
    }
    var etag =
        headers
            .firstValue("X-Linked-Etag")
            .or(() -> headers.firstValue("ETag"))
            .flatMap(Etag::parse)
            .orElseThrow(() -> notAHub("It sends no usable ETag for " + name + "."));
    var sent = headers.firstValue("X-Repo-Commit").orElse("");
    if (!sent.equals(commit)) {
      throw notAHub("Asked for " + name + " at commit " + commit + ", it sends \"" + sent + "\".");
    }
    // The length of a redirect is that of its own, empty body.
    var size =
        headers
            .firstValue("X-Linked-Size")
            .or(() -> status == 200 ? headers.firstValue("Content-Length") : Optional.empty());
    return new RemoteFile(
        repository.repository(), commit, name, etag, size.map(HubClient::number).orElse(-1L));
  }

  private static long number(String text) {
    try {
      return Math.max(-1, Long.parseLong(text));
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /// Appends what is still missing of a file: one attempt, which ends as soon as bytes stop
  /// arriving.
  void receive(RemoteFile file, PartialFile partial, Progress.Task task) throws IOException {
    var repository = new HubRepository(file.repository(), file.commit());
    var uri = address(repository, file.commit(), file.name());
    var answer =
        follow(
            new Ask("GET", uri, partial.size()),
            Follow.ANYWHERE,
            PartialBody.into(partial, task),
            partial::size);
    int status = answer.statusCode();
    if (status == 416) {
      // What lies here is not the beginning of that file.
      long size = partial.size();
      partial.restart();
      throw new IOException("there are no bytes from " + size + " on");
    }
    if (status != 200 && status != 206) {
      refusePassing(answer);
      throw refusal(repository, file.name()).problem(status, answer.headers());
    }
  }

  /// A request before it has headers; `offset` > 0 asks for the rest from there.
  private record Ask(String method, URI uri, long offset) {
    Ask at(URI target) {
      return new Ask(method, target, offset);
    }
  }

  private <T> HttpResponse<T> follow(String method, URI start, Follow follow, BodyHandler<T> body)
      throws IOException {
    var answer = follow(new Ask(method, start, 0), follow, body, () -> 0);
    refusePassing(answer);
    return answer;
  }

  private <T> HttpResponse<T> follow(
      Ask start, Follow follow, BodyHandler<T> body, LongSupplier received) throws IOException {
    var ask = start;
    for (int hop = 0; hop <= REDIRECTS_MAX; hop++) {
      var answer = exchange(request(ask), body, received);
      var target = target(ask.uri(), answer);
      if (target.isEmpty() || (follow == Follow.WITHIN_HUB && !isHub(target.get()))) {
        return answer;
      }
      ask = ask.at(target.get());
    }
    throw new IOException("more than " + REDIRECTS_MAX + " redirects");
  }

  private HttpRequest request(Ask ask) {
    var request =
        HttpRequest.newBuilder(ask.uri())
            .method(ask.method(), HttpRequest.BodyPublishers.noBody())
            .timeout(patience.stall())
            .header("User-Agent", "embark")
            // A compressed body would have another size than the file.
            .header("Accept-Encoding", "identity");
    if (!token.isEmpty() && isHub(ask.uri())) {
      request.header("Authorization", "Bearer " + token);
    }
    if (ask.offset() > 0) {
      request.header("Range", "bytes=" + ask.offset() + "-");
    }
    return request.build();
  }

  private static Optional<URI> target(URI from, HttpResponse<?> answer) throws IOException {
    var location = answer.headers().firstValue("Location");
    if (!REDIRECTS.contains(answer.statusCode()) || location.isEmpty()) {
      return Optional.empty();
    }
    try {
      var target = from.resolve(location.get());
      var scheme = String.valueOf(target.getScheme());
      if (target.getHost() != null
          && (scheme.equals("https") || (scheme.equals("http") && !isSecure(from)))) {
        return Optional.of(target);
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("a redirect that is no address", e);
    }
    throw new IOException("a redirect to an address that is not secure");
  }

  private static boolean isSecure(URI uri) {
    return "https".equals(uri.getScheme());
  }

  private boolean isHub(URI uri) {
    return endpoint.getScheme().equals(uri.getScheme())
        && endpoint.getHost().equalsIgnoreCase(uri.getHost())
        && port(endpoint) == port(uri);
  }

  private static int port(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return isSecure(uri) ? 443 : 80;
  }

  private static void refusePassing(HttpResponse<?> answer) throws IOException {
    if (PASSING.contains(answer.statusCode())) {
      throw new IOException("the server answers with status " + answer.statusCode());
    }
  }

  /// Sends one request; gives up when neither an answer nor a byte of it comes in for a while. The
  /// JDK's own timeout ends with the headers.
  private <T> HttpResponse<T> exchange(
      HttpRequest request, BodyHandler<T> body, LongSupplier received) throws IOException {
    var answer = client().sendAsync(request, body);
    long before = received.getAsLong();
    while (true) {
      try {
        return answer.get(patience.stall().toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        long now = received.getAsLong();
        if (now == before) {
          cancel(answer);
          throw new HttpTimeoutException("no byte in " + patience.stall());
        }
        before = now;
      } catch (InterruptedException e) {
        cancel(answer);
        throw Patience.interrupted();
      } catch (ExecutionException e) {
        throw failure(e);
      }
    }
  }

  private static void cancel(CompletableFuture<?> answer) {
    answer.cancel(true);
  }

  private static IOException failure(ExecutionException wrapper) {
    Throwable cause = Objects.requireNonNullElse(wrapper.getCause(), wrapper);
    return switch (cause) {
      case Error e -> throw e;
      case IOException e -> e;
      case Throwable e -> new IOException(e);
    };
  }

  /// One thing to ask that may fail for the moment.
  private interface Attempt<T> {
    HttpResponse<T> make() throws IOException;
  }

  private <T> HttpResponse<T> persist(Attempt<T> attempt) throws IOException {
    for (int index = 0; ; index++) {
      try {
        return attempt.make();
      } catch (ConnectException | HttpConnectTimeoutException e) {
        // Nobody is there: the cache can answer at once.
        throw e;
      } catch (IOException e) {
        if (index + 1 >= patience.attemptsMax()) {
          throw e;
        }
        patience.pause(index);
      }
    }
  }

  private URI address(HubRepository repository, String commit, String name) {
    var path = new StringBuilder();
    for (var segment : name.split("/", -1)) {
      path.append('/').append(encode(segment));
    }
    return URI.create(endpoint + "/" + repository.repository() + "/resolve/" + commit + path);
  }

  private static String encode(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Refusal refusal(HubRepository repository, String file) {
    var sent = token.isEmpty() ? Refusal.Token.NOT_SENT : Refusal.Token.SENT;
    return new Refusal(endpoint, repository.repository(), repository.revision(), file, sent);
  }

  private Problem notAHub(String why) {
    return new Problem(
        Category.UNREACHABLE,
        endpoint + " does not answer like a hub.",
        why,
        "Check HF_ENDPOINT, and whether a proxy stands between.");
  }

  @Override
  public void close() {
    if (client != null) {
      client.shutdownNow();
    }
  }
}
