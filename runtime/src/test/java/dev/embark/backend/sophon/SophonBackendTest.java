package dev.embark.backend.sophon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What can be said without a device; all else is in the tests with the vendor's simulator.
final class SophonBackendTest {
  @Test
  void theDeviceIsTheOneThatIsNamed() {
    assertThat(SophonBackend.number(Map.of())).isZero();
    assertThat(SophonBackend.number(Map.of("EMBARK_SOPHON_DEVICE", " "))).isZero();
    assertThat(SophonBackend.number(Map.of("EMBARK_SOPHON_DEVICE", "2"))).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "first", "99999999999"})
  void otherWordsAreRefused(String word) {
    assertThatThrownBy(() -> SophonBackend.number(Map.of("EMBARK_SOPHON_DEVICE", word)))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.WRONG_USAGE));
  }

  @Test
  void aMachineWithoutTheRuntimeIsToldWhatToInstall() {
    assertThatThrownBy(() -> SophonBackend.ofDevice(Map.of()))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.UNAVAILABLE))
        .hasMessageContaining("libsophon");
  }
}
