package dev.embark.cli.doctor;

import dev.embark.backend.Backend;
import dev.embark.cli.doctor.Finding.Need;
import dev.embark.problem.Problem;
import java.util.function.Function;

/// A runtime: it is there when it loads, and only loading shows that.
final class BackendCheck implements Check {
  private final String topic;
  private final Function<Host, Backend> load;

  BackendCheck(String topic, Function<Host, Backend> load) {
    this.topic = topic;
    this.load = load;
  }

  @Override
  public Finding examine(Host host) {
    try {
      return Finding.ok(topic, load.apply(host).version() + ", it loads");
    } catch (Problem e) {
      return Finding.missing(topic, Need.REQUIRED, (e.what() + " " + e.why()).strip(), e.remedy());
    }
  }
}
