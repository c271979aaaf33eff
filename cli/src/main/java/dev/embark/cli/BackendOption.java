package dev.embark.cli;

import dev.embark.bundle.WantedVariant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Which backends compute, one after the other fails.
final class BackendOption {
  @Option(
      names = "--backend",
      paramLabel = "NAME",
      split = ",",
      description =
          "Use these backends and no others, such as rknn,onnxruntime: the next takes over where one"
              + " cannot run or goes away, after it has been proven.")
  private List<String> backends = new ArrayList<>();

  Optional<WantedVariant> wanted() {
    return backends.isEmpty()
        ? Optional.empty()
        : Optional.of(new WantedVariant.OfBackends(backends));
  }
}
