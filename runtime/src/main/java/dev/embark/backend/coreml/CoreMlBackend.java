package dev.embark.backend.coreml;

import static java.util.Objects.requireNonNull;

import dev.embark.backend.Backend;
import dev.embark.backend.ByLength;
import dev.embark.backend.Executable;
import dev.embark.format.mlprogram.MlPackage;
import dev.embark.format.mlprogram.rules.PackageRules;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.TreeMap;

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
  public Executable open(Path file) {
    var arena = Arena.ofShared();
    try {
      var opened = MlPackage.open(file, arena);
      PackageRules.requireSound(opened, file);
      return executable(opened, arena);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /// Returns the only function, or all functions as one: those of a package that Embark wrote
  /// differ in the length of what they take.
  private static Executable executable(MlPackage opened, Arena arena) {
    var functions = opened.model().functions();
    var description = opened.model().description();
    if (description.functions().isEmpty()) {
      var main = functions.values().iterator().next();
      return new ProgramExecutable(opened, main, description.main(), arena::close);
    }
    var byLength = new TreeMap<Integer, ProgramExecutable>();
    for (var described : description.functions()) {
      var signature = described.signature();
      var shape = signature.inputs().getFirst().shape();
      var function = requireNonNull(functions.get(described.name()), described.name());
      var program = new ProgramExecutable(opened, function, signature, () -> {});
      if (shape.size() != 2 || byLength.put(Math.toIntExact(shape.getLast()), program) != null) {
        throw MilProgram.unknown("functions that differ in more than the length of a text");
      }
    }
    return new ByLength(byLength, arena::close);
  }
}
