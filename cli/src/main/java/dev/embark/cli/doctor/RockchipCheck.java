package dev.embark.cli.doctor;

import dev.embark.backend.rknn.Board;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Whether this is a board with an NPU of Rockchip's, and what is there to run it: the chip's name
/// in the device tree, the driver's node, and the runtime with its version, which lies in it as
/// text.
final class RockchipCheck implements Check {
  private static final String TOPIC = "Rockchip NPU";
  private static final Pattern VERSION =
      Pattern.compile("librknnrt version: ([0-9]+\\.[0-9]+\\.[0-9]+[^ )\0]*)");
  private static final List<String> NODES = List.of("dev/rknpu", "dev/dri/renderD129");
  private static final List<String> DRIVERS =
      List.of("sys/module/rknpu/version", "sys/kernel/debug/rknpu/version");
  private static final List<String> RUNTIMES =
      List.of("usr/lib/librknnrt.so", "usr/lib/aarch64-linux-gnu/librknnrt.so");
  private static final long RUNTIME_BYTES_MAX = 64 << 20;

  @Override
  public Finding examine(Host host) {
    var chip = Board.of(host.root().resolve("proc/device-tree/compatible")).chip();
    if (chip.isEmpty()) {
      return Finding.ok(TOPIC, "none: this is no board of Rockchip's");
    }
    var found = new ArrayList<String>();
    found.add(chip.get());
    found.add(
        first(host, DRIVERS)
            .flatMap(RockchipCheck::text)
            .map(driver -> "driver " + driver.strip())
            .orElse("driver of unknown version"));
    var node = first(host, NODES);
    if (node.isEmpty()) {
      return Finding.missing(
          TOPIC,
          Finding.Need.OPTIONAL,
          chip.get() + ", but its driver has made neither /dev/rknpu nor /dev/dri/renderD129",
          "Take a kernel with the rknpu driver, 0.9.6 or newer.");
    }
    var runtime = first(host, RUNTIMES);
    if (runtime.isEmpty()) {
      return Finding.missing(
          TOPIC,
          Finding.Need.OPTIONAL,
          String.join(", ", found) + ", but no librknnrt.so",
          "Copy librknnrt.so of rknn-toolkit2 for aarch64 to /usr/lib.");
    }
    found.add("librknnrt " + version(runtime.get()).orElse("of unknown version"));
    return Finding.ok(TOPIC, String.join(", ", found));
  }

  private static Optional<Path> first(Host host, List<String> paths) {
    return paths.stream().map(host.root()::resolve).filter(Files::isReadable).findFirst();
  }

  private static Optional<String> version(Path runtime) {
    try {
      return Files.size(runtime) > RUNTIME_BYTES_MAX
          ? Optional.empty()
          : text(runtime)
              .map(VERSION::matcher)
              .filter(matcher -> matcher.find())
              .map(matcher -> matcher.group(1));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private static Optional<String> text(Path file) {
    try {
      return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}
