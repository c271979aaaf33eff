package dev.embark.backend.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The shared libraries inside ONNX Runtime's jar, unpacked once for all processes.
///
/// Left to itself the Java binding unpacks 24 MB into the temporary folder at every start, and
/// leaves an empty folder there.
final class NativeLibrary {
  /// System property in which the Java binding looks for an unpacked library.
  static final String PATH_PROPERTY = "onnxruntime.native.path";

  private static final List<String> NAMES = List.of("onnxruntime", "onnxruntime4j_jni");

  private NativeLibrary() {}

  /// Returns the platform in the spelling of the jar's folders, such as `linux-x64`.
  static String platform(String osName, String osArch) {
    String name = osName.toLowerCase(Locale.ROOT);
    String arch = osArch.toLowerCase(Locale.ROOT);
    String os = name.startsWith("mac") ? "osx" : name.startsWith("windows") ? "win" : name;
    return os
        + "-"
        + switch (arch) {
          case "amd64", "x86_64" -> "x64";
          case "arm64" -> "aarch64";
          default -> arch;
        };
  }

  static String platform() {
    return platform(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
  }

  /// Returns whether the jar has a library for the platform.
  static boolean exists(String platform) {
    return resource(platform, NAMES.getFirst()).isPresent();
  }

  /// Makes the Java binding load the libraries from the cache, unpacking them if need be; does
  /// nothing where the user has chosen a folder, or where the cache cannot be written.
  static void loadFrom(Path cache) {
    if (System.getProperty(PATH_PROPERTY) == null) {
      unpack(cache, platform())
          .ifPresent(folder -> System.setProperty(PATH_PROPERTY, folder.toString()));
    }
  }

  /// Returns the folder with the unpacked libraries, or nothing where it cannot be made.
  static Optional<Path> unpack(Path cache, String platform) {
    Path folder =
        cache
            .resolve("native")
            .resolve("onnxruntime-" + OnnxRuntimeBackend.VERSION + "-" + platform);
    try {
      for (String name : NAMES) {
        Optional<URL> resource = resource(platform, name);
        if (resource.isEmpty()) {
          return Optional.empty();
        }
        unpack(resource.get(), folder.resolve(System.mapLibraryName(name)));
      }
      return Optional.of(folder.toAbsolutePath());
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /// A file of the right length is taken as it is: it got its name only when it was complete.
  private static void unpack(URL resource, Path file) throws IOException {
    long size = resource.openConnection().getContentLengthLong();
    if (Files.isRegularFile(file) && Files.size(file) == size) {
      return;
    }
    Path folder = file.resolveSibling(".");
    Files.createDirectories(folder);
    Path draft = Files.createTempFile(folder, file.getFileName().toString(), ".tmp");
    try (InputStream in = resource.openStream()) {
      Files.copy(in, draft, StandardCopyOption.REPLACE_EXISTING);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private static Optional<URL> resource(String platform, String name) {
    // Naming the class does not initialise it, which would load the library.
    return Optional.ofNullable(
        OrtEnvironment.class.getResource(
            "/ai/onnxruntime/native/" + platform + "/" + System.mapLibraryName(name)));
  }
}
