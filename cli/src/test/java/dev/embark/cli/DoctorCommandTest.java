package dev.embark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.cli.doctor.Check;
import dev.embark.cli.doctor.Finding;
import dev.embark.cli.doctor.Finding.Need;
import dev.embark.cli.doctor.Finding.Status;
import dev.embark.cli.doctor.Host;
import dev.embark.format.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DoctorCommandTest {
  private static final Finding JDK = new Finding("JDK", Status.OK, Need.REQUIRED, "25.0.3", "");
  private static final Finding NO_MAVEN =
      new Finding("Maven", Status.MISSING, Need.OPTIONAL, "no mvn", "Install Maven.");
  private static final Finding NO_RUNTIME =
      new Finding("ONNX Runtime", Status.MISSING, Need.REQUIRED, "does not load", "Use glibc.");

  private static Capture doctor(Finding... findings) {
    var checks = List.of(findings).stream().map(finding -> (Check) host -> finding).toList();
    return Capture.of(
        new DoctorCommand(checks, console -> new Host(Path.of("/"), Map.of(), Map.of())));
  }

  @Test
  void whatIsThereIsOk() {
    var run = doctor(JDK);

    assertThat(run.run("doctor")).isZero();
    assertThat(run.out()).isEqualTo("OK       JDK               25.0.3\n");
  }

  @Test
  void whatIsMissingComesWithTheWayToGetIt() {
    var run = doctor(JDK, NO_RUNTIME);

    assertThat(run.run("doctor")).isEqualTo(6);
    assertThat(run.out())
        .isEqualTo(
            """
            OK       JDK               25.0.3
            MISSING  ONNX Runtime      does not load
                                       Use glibc.
            """);
  }

  @Test
  void whatIsMissingButNotNeededDoesNotFail() {
    var run = doctor(NO_MAVEN);

    assertThat(run.run("doctor")).isZero();
    assertThat(run.out()).startsWith("MISSING  Maven");
  }

  @Test
  void jsonHoldsTheFindingsAlsoWhereSomethingIsMissing() {
    var run = doctor(NO_RUNTIME);

    assertThat(run.run("doctor", "--json")).isEqualTo(6);
    var document = Json.parseObject(run.out().getBytes(StandardCharsets.UTF_8), "stdout");
    assertThat(document.get("ready").booleanValue()).isFalse();
    assertThat(document.get("findings").get(0))
        .isEqualTo(
            Json.object()
                .put("topic", "ONNX Runtime")
                .put("status", "MISSING")
                .put("need", "REQUIRED")
                .put("found", "does not load")
                .put("remedy", "Use glibc."));
  }
}
