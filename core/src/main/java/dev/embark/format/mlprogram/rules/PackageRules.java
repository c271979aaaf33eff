package dev.embark.format.mlprogram.rules;

import dev.embark.format.mlprogram.MlPackage;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// All rules for a package that is open, and thereby whole.
///
/// Types and shapes are inferred again from the operations' inputs, every parameter has to be
/// stated, and every constant to be a number. The rules are those of `InterfaceValidators.cpp` and
/// of the operations' definitions in <https://github.com/apple/coremltools>, and what devices are
/// known to refuse beyond them.
public final class PackageRules {
  /// How many findings a message tells.
  private static final int TOLD_MAX = 5;

  private PackageRules() {}

  /// Returns everything that is found, in the order of the package.
  public static List<Finding> check(MlPackage opened) {
    var findings = new Findings();
    new InterfaceRules(opened.model(), findings).check();
    var constants = new ConstantRules(opened.weights(), findings);
    opened
        .model()
        .functions()
        .forEach(
            (name, function) -> new FunctionRules(name, function, constants, findings).check());
    constants.checkUnused();
    return findings.all();
  }

  /// Throws a `Problem` of category `BAD_INPUT` where a package has a defect.
  public static void requireSound(MlPackage opened, Path file) {
    var defects =
        check(opened).stream()
            .filter(finding -> finding.severity() == Finding.Severity.DEFECT)
            .toList();
    if (!defects.isEmpty()) {
      throw new Problem(
          Category.BAD_INPUT,
          file + " is no sound Core ML program: " + told(defects) + ".",
          "It is damaged, or was written by a faulty tool; a device would refuse it.",
          "Convert the model again.");
    }
  }

  /// Throws a `Problem` of category `VERIFICATION_FAILED` where anything at all is found in a
  /// package that was just written.
  public static void requireFlawless(MlPackage opened, Path file) {
    var findings = check(opened);
    if (!findings.isEmpty()) {
      throw new Problem(
          Category.VERIFICATION_FAILED,
          "What was written to " + file + " is no sound Core ML program: " + told(findings) + ".",
          "The conversion of this model has a mistake.",
          "Please report it with the name of the model; ONNX may work meanwhile.");
    }
  }

  private static String told(List<Finding> findings) {
    int more = findings.size() - TOLD_MAX;
    return findings.stream()
            .limit(TOLD_MAX)
            .map(Finding::toString)
            .collect(Collectors.joining("; "))
        + (more > 0 ? "; " + more + " more" : "");
  }
}
