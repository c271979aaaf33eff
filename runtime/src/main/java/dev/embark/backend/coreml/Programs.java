package dev.embark.backend.coreml;

import static java.util.Objects.requireNonNull;

import dev.embark.backend.ByLength;
import dev.embark.backend.Executable;
import dev.embark.format.mlprogram.MlPackage;
import dev.embark.format.mlprogram.Signature;
import dev.embark.format.mlprogram.rules.PackageRules;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.TreeMap;

/// Opens packages, whoever computes them.
final class Programs {
  private Programs() {}

  /// Makes a computation of a function.
  interface Maker {
    Computation of(MlPackage opened, String function, Signature signature);
  }

  /// Returns the only function, or all functions as one: those of a package that Embark wrote
  /// differ in the length of what they take.
  static Executable open(Path file, Maker maker) {
    var arena = Arena.ofShared();
    var computations = new ArrayList<Computation>();
    Runnable release =
        () -> {
          computations.forEach(Computation::close);
          arena.close();
        };
    try {
      var opened = MlPackage.open(file, arena);
      PackageRules.requireSound(opened, file);
      var description = opened.model().description();
      var names = description.metadata().userDefined();
      if (description.functions().isEmpty()) {
        var only = opened.model().functions().keySet().iterator().next();
        var computation = maker.of(opened, only, description.main());
        computations.add(computation);
        return new ProgramExecutable(computation, description.main(), names, release);
      }
      var byLength = new TreeMap<Integer, ProgramExecutable>();
      for (var described : description.functions()) {
        var signature = described.signature();
        var computation = maker.of(opened, described.name(), signature);
        computations.add(computation);
        var program = new ProgramExecutable(computation, signature, names, () -> {});
        var shape = signature.inputs().getFirst().shape();
        if (shape.size() != 2 || byLength.put(Math.toIntExact(shape.getLast()), program) != null) {
          throw MilProgram.unknown("functions that differ in more than the length of a text");
        }
      }
      return new ByLength(byLength, release);
    } catch (RuntimeException e) {
      release.run();
      throw e;
    }
  }

  /// Returns Embark's own loops on a function.
  static Computation evaluation(MlPackage opened, String name, Signature signature) {
    var function = requireNonNull(opened.model().functions().get(name), name);
    return new Evaluation(opened, function, signature);
  }
}
