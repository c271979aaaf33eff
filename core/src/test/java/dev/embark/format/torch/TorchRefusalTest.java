package dev.embark.format.torch;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Sound files of the reference implementation that hold something else than tensors row by row.
class TorchRefusalTest {
  private static final Path REFERENCE = Path.of("src/test/resources/format/torch/reference");

  @Test
  void codeIsNamedAndNotRun() {
    assertThat(refused("attack-zip.bin"))
        .isEqualTo(
            """
            FILE names the global posix.system, which is no part of a tensor.
            A pickle is a program; Embark builds the tensors in it and runs nothing else.
            Do not load this file elsewhere unless you trust its author. Take a revision with \
            model.safetensors, or save the tensors alone: torch.save(model.state_dict(), file).\
            """);
    assertThat(refused("attack-sequence.bin"))
        .startsWith("FILE names the global posix.system, which is no part of a tensor.");
  }

  @Test
  void viewsAcrossOthersAreNamed() {
    assertThat(refused("transposed-zip.bin"))
        .isEqualTo(
            """
            FILE has the tensor "transposed" of shape [3, 4] with strides [1, 3].
            Embark reads tensors that lie row by row, not views across others.
            Take a revision with model.safetensors, or save the model again with \
            safe_serialization=True.\
            """);
    assertThat(refused("transposed-sequence.bin"))
        .startsWith("FILE has the tensor \"transposed\" of shape [3, 4] with strides [1, 3].");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          float8.bin | names the global torch._utils._rebuild_tensor_v3, which is no part of a tensor.
          module.bin | names the global torch.nn.modules.linear.Linear, which is no part of a tensor.
          script.bin | is a TorchScript program.
          list.bin | holds a list of 1, expected a dictionary of tensors.
          mixed.bin | has an integer under "epoch", expected a tensor.
          """)
  void whatIsNoDictionaryOfTensorsIsNamed(String name, String how) {
    assertThat(refused(name)).startsWith("FILE " + how + "\n");
  }

  private static String refused(String name) {
    var file = REFERENCE.resolve(name);
    try (var arena = Arena.ofConfined()) {
      var problem = catchThrowableOfType(Problem.class, () -> TorchFile.open(file, arena));
      assertThat(problem.category()).isEqualTo(Category.UNSUPPORTED);
      return requireNonNull(problem.getMessage()).replace(file.toString(), "FILE");
    }
  }
}
