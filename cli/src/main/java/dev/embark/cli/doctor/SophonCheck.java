package dev.embark.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whether there is a device of SOPHON's, and what is there to run it: the driver's node, and the
/// runtime, whose folder is a link to one named after its version.
final class SophonCheck implements Check {
  private static final String TOPIC = "SOPHON device";
  private static final String NODE = "dev/bm-sophon0";
  private static final String RUNTIME = "opt/sophon/libsophon-current";

  @Override
  public Finding examine(Host host) {
    var runtime = host.root().resolve(RUNTIME);
    boolean hasRuntime = Files.exists(runtime.resolve("lib/libbmrt.so"));
    boolean hasNode = Files.exists(host.root().resolve(NODE));
    if (hasNode && hasRuntime) {
      return Finding.ok(TOPIC, "bm-sophon0, " + version(runtime));
    }
    if (hasNode) {
      return Finding.missing(
          TOPIC,
          Finding.Need.OPTIONAL,
          "bm-sophon0, but no runtime in /" + RUNTIME,
          "Install libsophon of the device's SDK.");
    }
    return hasRuntime
        ? Finding.missing(
            TOPIC,
            Finding.Need.OPTIONAL,
            version(runtime) + ", but no /" + NODE,
            "Load the driver of the device; `bm-smi` lists what it sees.")
        : Finding.ok(TOPIC, "none: there is no /" + NODE);
  }

  private static String version(Path runtime) {
    try {
      return runtime.toRealPath().getFileName().toString();
    } catch (IOException _) {
      return "libsophon of unknown version";
    }
  }
}
