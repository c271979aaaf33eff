package dev.embark.source;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Proxies as every other tool of the field finds them: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`
/// and `NO_PROXY`, in capitals or small letters; where none is set, those of the JDK's properties.
final class EnvironmentProxy extends ProxySelector {
  private final Map<String, String> environment;

  EnvironmentProxy(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public List<Proxy> select(URI uri) {
    var host = String.valueOf(uri.getHost());
    var proxy = value(uri.getScheme() + "_proxy").or(() -> value("all_proxy"));
    if (proxy.isEmpty()) {
      var fallback = ProxySelector.getDefault();
      return fallback == null ? List.of(Proxy.NO_PROXY) : fallback.select(uri);
    }
    if (isExempt(host.toLowerCase(Locale.ROOT))) {
      return List.of(Proxy.NO_PROXY);
    }
    return List.of(proxy.flatMap(EnvironmentProxy::parse).orElse(Proxy.NO_PROXY));
  }

  private boolean isExempt(String host) {
    for (var entry : value("no_proxy").orElse("").split(",", -1)) {
      var name = entry.strip().toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", "");
      if (name.equals("*")
          || (!name.isEmpty() && (host.equals(name) || host.endsWith("." + name)))) {
        return true;
      }
    }
    return false;
  }

  private static Optional<Proxy> parse(String text) {
    try {
      var uri = URI.create(text.contains("://") ? text : "http://" + text);
      if (uri.getHost() == null) {
        return Optional.empty();
      }
      int port = uri.getPort() < 0 ? 80 : uri.getPort();
      return Optional.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(uri.getHost(), port)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Optional<String> value(String name) {
    return Optional.ofNullable(environment.get(name))
        .or(() -> Optional.ofNullable(environment.get(name.toUpperCase(Locale.ROOT))))
        .filter(text -> !text.isBlank());
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    // The request itself reports the failure.
  }
}
