package dev.embark.backend.coreml;

import dev.embark.backend.Backend;
import dev.embark.backend.Executable;
import dev.embark.backend.Pace;
import java.nio.file.Path;

/// Core ML packages, on any machine: the program and the weights are read back from the bytes on
/// disk and computed in plain loops.
///
/// It is there to prove what was written, not to be fast. What Apple's compilers and chips make of
/// a package it cannot say.
public final class CoreMlBackend implements Backend {
  /// Name by which a bundle's stages ask for this backend.
  public static final String NAME = "coreml";

  /// Before the name of an output, the key of a package's metadata that says its name in the graph.
  public static final String OUTPUT_KEY = "embark.output.";

  /// The key of a package's metadata that says on what it should run: `all` or `cpuAndGPU`.
  public static final String UNITS_KEY = "embark.compute-units";

  /// Changes with the arithmetic.
  private static final String VERSION = "evaluator 1";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return VERSION;
  }

  @Override
  public Pace pace() {
    return Pace.LOOPS;
  }

  @Override
  public Executable open(Path file) {
    return Programs.open(file, Programs::evaluation);
  }
}
