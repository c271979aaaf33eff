package dev.embark.cli.doctor;

import dev.embark.cli.doctor.Finding.Need;

/// Maven: builds Embark from a clone; a built Embark runs without it.
final class MavenCheck implements Check {
  private static final String TOPIC = "Maven";

  @Override
  public Finding examine(Host host) {
    return host.program(host.property("os.name").startsWith("Windows") ? "mvn.cmd" : "mvn")
        .map(program -> Finding.ok(TOPIC, program.toString()))
        .orElseGet(() ->
            Finding.missing(
                TOPIC,
                Need.OPTIONAL,
                "no mvn on the PATH; needed only to build Embark again",
                "Install Maven from 3.8 on, for example with `apt install maven`."));
  }
}
