package dev.embark.cli.doctor;

import dev.embark.cli.doctor.Finding.Need;
import java.lang.Runtime.Version;

/// The JDK: 25.0.0 to 25.0.2 can move arrays that native code holds (JDK-8377811), so they are as
/// bad as none.
final class JdkCheck implements Check {
  private static final String TOPIC = "JDK";
  private static final Version LEAST = Version.parse("25.0.3");

  @Override
  public Finding examine(Host host) {
    var version = host.property("java.version");
    var found =
        version + " (" + host.property("java.vendor") + ") in " + host.property("java.home");
    if (Version.parse(version).compareToIgnoreOptional(LEAST) >= 0) {
      return Finding.ok(TOPIC, found);
    }
    return Finding.missing(
        TOPIC,
        Need.REQUIRED,
        found + " is older than 25.0.3, which can corrupt arrays shared with native code",
        "Install a JDK from 25.0.3 on and let EMBARK_JAVA_HOME name its folder.");
  }
}
