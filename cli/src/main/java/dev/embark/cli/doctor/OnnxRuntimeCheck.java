package dev.embark.cli.doctor;

import dev.embark.cli.doctor.Finding.Need;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// The native library of ONNX Runtime: unpacked beside the program, or inside its jar.
final class OnnxRuntimeCheck implements Check {
  private static final String TOPIC = "ONNX Runtime";

  @Override
  public Finding examine(Host host) {
    var platform = platform(host);
    if (host.isLinux() && CLibrary.of(host) == CLibrary.MUSL) {
      return Finding.missing(
          TOPIC,
          Need.REQUIRED,
          "its library needs glibc, this system has musl",
          "Use a distribution with glibc from 2.27 on, for example a Debian container.");
    }
    var unpacked = host.property("onnxruntime.native.path");
    if (!unpacked.isEmpty() && Files.isDirectory(Path.of(unpacked))) {
      return Finding.ok(TOPIC, "library for " + platform + " in " + unpacked);
    }
    var entry = "ai/onnxruntime/native/" + platform + "/" + libraryName(platform);
    if (OnnxRuntimeCheck.class.getClassLoader().getResource(entry) != null) {
      return Finding.ok(TOPIC, "library for " + platform + " in its jar");
    }
    return Finding.missing(
        TOPIC,
        Need.REQUIRED,
        "no library for " + platform,
        "ONNX Runtime ships libraries for linux-x64, linux-aarch64, osx-aarch64 and win-x64.");
  }

  /// Returns the platform as ONNX Runtime names it, for example `linux-x64`.
  private static String platform(Host host) {
    var system = host.property("os.name").toLowerCase(Locale.ROOT);
    var family = system.startsWith("mac") ? "osx" : system.startsWith("windows") ? "win" : "linux";
    var processor = host.property("os.arch");
    return family + "-" + (processor.equals("amd64") ? "x64" : processor);
  }

  private static String libraryName(String platform) {
    if (platform.startsWith("win")) {
      return "onnxruntime.dll";
    }
    return platform.startsWith("osx") ? "libonnxruntime.dylib" : "libonnxruntime.so";
  }
}
