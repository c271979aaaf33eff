package dev.embark.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The switches that deployments with an NPU set.
final class WantedVariantTest {
  private static WantedVariant of(String enabled, String fallback) {
    var environment = new HashMap<String, String>();
    environment.put("NPU_EMBEDDER_ENABLED", enabled);
    environment.put("NPU_FALLBACK_CPU", fallback);
    return WantedVariant.of(environment);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, rknn sophon onnxruntime coreml table",
    "1, '', rknn sophon onnxruntime coreml table",
    "1, 0, rknn sophon",
    "'', 0, rknn sophon",
    "0, '', onnxruntime coreml table",
    "0, 1, onnxruntime coreml table"
  })
  void switchesSayWhoComputes(String enabled, String fallback, String backends) {
    assertThat(of(enabled, fallback))
        .isEqualTo(new WantedVariant.OfBackends(List.of(backends.split(" "))));
  }

  @Test
  void withoutThemTheBundleDecides() {
    assertThat(of("", "")).isEqualTo(new WantedVariant.Preferred());
    assertThat(of(" ", "1")).isEqualTo(new WantedVariant.Preferred());
    assertThat(WantedVariant.of(Map.of())).isEqualTo(new WantedVariant.Preferred());
  }

  @Test
  void aNamedVariantComesBeforeThem() {
    assertThat(WantedVariant.of(Map.of("EMBARK_VARIANT", "int8", "NPU_EMBEDDER_ENABLED", "1")))
        .isEqualTo(new WantedVariant.Named("int8", "EMBARK_VARIANT"));
  }

  @Test
  void otherWordsAreRefused() {
    assertThatThrownBy(() -> of("yes", "0"))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.WRONG_USAGE))
        .hasMessageContaining("NPU_EMBEDDER_ENABLED=yes");
  }
}
