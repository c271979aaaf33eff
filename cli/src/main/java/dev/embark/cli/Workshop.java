package dev.embark.cli;

import dev.embark.Devices;
import dev.embark.Embark;
import dev.embark.backend.Backend;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.MachineCache;
import dev.embark.bundle.Manifest;
import dev.embark.bundle.WantedVariant;
import dev.embark.embed.EmbedSettings;
import dev.embark.source.Fetched;
import dev.embark.source.ModelReference;
import dev.embark.source.SourceSettings;
import dev.embark.source.Sources;
import dev.embark.source.Wanted;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/// Where a command gets its tools: models from their sources, the runtime, the machine's cache.
record Workshop(Console console) {
  /// Returns the folder of a bundle where the words of a user name one; else they name a model.
  static Optional<Path> bundleAt(String words) {
    try {
      var folder = Path.of(words);
      return Files.isRegularFile(folder.resolve(Manifest.FILE_NAME))
          ? Optional.of(folder)
          : Optional.empty();
    } catch (InvalidPathException _) {
      // Such as maven:group:artifact:version on Windows.
      return Optional.empty();
    }
  }

  /// Fetches a model a user named.
  Fetched fetch(String model, Wanted wanted) {
    var settings = new SourceSettings(console.environment(), home());
    return new Sources(settings, console.progress()).fetch(ModelReference.parse(model), wanted);
  }

  /// Returns the user's own folder.
  Path home() {
    return Path.of(console.environment().getOrDefault("HOME", System.getProperty("user.home")));
  }

  /// Loads the runtime.
  Backend backend() {
    return OnnxRuntimeBackend.load(cache());
  }

  /// Opens a bundle for use and passes on what the user should be told.
  Embark open(Path bundle, BackendOption option, Devices devices) {
    return open(bundle, option.wanted().orElseGet(this::variant), devices);
  }

  /// Opens one variant of a bundle for use and passes on what the user should be told.
  Embark open(Path bundle, WantedVariant variant, Devices devices) {
    var options =
        new Embark.Options(EmbedSettings.defaults(), variant, devices, cache(), console.progress());
    var model = Embark.open(bundle, options);
    model.notices().forEach(console::note);
    return model;
  }

  /// Returns the variant of bundles that the environment names, if it does.
  WantedVariant variant() {
    return WantedVariant.of(console.environment());
  }

  /// Returns the folder for what belongs to this machine.
  Path cache() {
    return MachineCache.folder(console.environment());
  }
}
