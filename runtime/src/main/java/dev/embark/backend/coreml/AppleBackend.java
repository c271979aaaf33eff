package dev.embark.backend.coreml;

import dev.embark.backend.Backend;
import dev.embark.backend.Executable;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Core ML itself, on macOS 14 and later.
///
/// Objective-C gives memory back by pools that belong to a thread, so that all calls are made on
/// one platform thread of this backend. A package is read by Embark's own rules before Core ML sees
/// it.
public final class AppleBackend implements Backend {
  private final ObjectiveC runtime;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("embark-coreml").factory());

  AppleBackend(ObjectiveC runtime) {
    this.runtime = runtime;
  }

  /// Loads Core ML; throws a `Problem` of category `UNAVAILABLE` where this is no Mac.
  public static AppleBackend load() {
    return new AppleBackend(ObjectiveC.ofSystem());
  }

  /// Returns whether this machine is one that has Core ML.
  public static boolean isHere() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("mac");
  }

  @Override
  public String name() {
    return CoreMlBackend.NAME;
  }

  @Override
  public String version() {
    return "Core ML of macOS " + System.getProperty("os.version", "");
  }

  @Override
  public Executable open(Path file) {
    return Programs.open(
        file,
        (opened, name, signature) -> {
          var metadata = opened.model().description().metadata().userDefined();
          var wanted =
              new AppleModel.Wanted(
                  file,
                  opened.model().functions().size() == 1 ? "" : name,
                  signature,
                  units(metadata));
          return onThread(() -> new OnThread(AppleModel.open(runtime, wanted)));
        });
  }

  /// Returns the units that a package recommends for itself.
  private static AppleModel.Units units(Map<String, String> metadata) {
    return metadata.getOrDefault(CoreMlBackend.UNITS_KEY, "").equals("all")
        ? AppleModel.Units.ALL
        : AppleModel.Units.CPU_AND_GPU;
  }

  /// A model whose calls are made on the backend's thread.
  private final class OnThread implements Computation {
    private final AppleModel model;

    OnThread(AppleModel model) {
      this.model = model;
    }

    @Override
    public Map<String, float[]> run(Map<String, int[]> inputs) {
      return onThread(() -> model.run(inputs));
    }

    @Override
    public void close() {
      onThread(() -> {
        model.close();
        return true;
      });
    }
  }

  private <T> T onThread(Callable<T> action) {
    var result = thread.submit(() -> inPool(action));
    try {
      return result.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private <T> T inPool(Callable<T> action) throws Exception {
    long pool = runtime.push();
    try {
      return action.call();
    } finally {
      runtime.pop(pool);
    }
  }
}
