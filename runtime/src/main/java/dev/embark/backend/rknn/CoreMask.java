package dev.embark.backend.rknn;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which cores of an NPU compute.
///
/// @param mask one bit a core, for one context; empty: a context on each core
record CoreMask(Optional<Integer> mask) {
  /// The variable that deployments set.
  static final String VARIABLE = "NPU_CORE_MASK";

  private static final int ALL = 0xffff;

  /// The words that are in use; a bare digit is the number of a core, not a mask.
  private static final Map<String, Integer> WORDS =
      Map.of("0", 1, "1", 2, "2", 4, "0_1", 3, "0_1_2", 7, "all", ALL);

  /// Masks that the runtime knows; those of single cores are written as their numbers.
  private static final List<Integer> NUMBERS = List.of(3, 4, 7, ALL);

  static CoreMask of(Map<String, String> environment) {
    var text = environment.getOrDefault(VARIABLE, "auto").strip();
    if (text.isEmpty() || text.equals("auto")) {
      return new CoreMask(Optional.empty());
    }
    var known =
        Optional.ofNullable(WORDS.get(text)).or(() -> number(text).filter(NUMBERS::contains));
    return new CoreMask(
        Optional.of(
            known.orElseThrow(() ->
                new Problem(
                    Category.WRONG_USAGE,
                    VARIABLE + "=" + text + " names no cores.",
                    "Known: auto, 0, 1, 2, 0_1, 0_1_2, all, and the masks 3, 4, 7 and 0xffff.",
                    "Leave it out for a context on each core."))));
  }

  private static Optional<Integer> number(String text) {
    try {
      return Optional.of(Integer.decode(text));
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  /// Returns the mask of each context that a chip of so many cores is to have; 0 where the chip
  /// takes none.
  List<Integer> contexts(int cores) {
    if (cores == 1) {
      return List.of(0);
    }
    return mask.map(List::of).orElseGet(() -> List.of(1, 2, 4).subList(0, cores));
  }
}
