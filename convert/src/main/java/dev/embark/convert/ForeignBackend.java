package dev.embark.convert;

import dev.embark.backend.Backend;
import dev.embark.backend.Executable;
import dev.embark.bundle.Output;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Opens files that others wrote, as if they were ours.
final class ForeignBackend implements Backend {
  private final Backend backend;
  private final List<Output> outputs;
  private final List<String> notes = new ArrayList<>();

  ForeignBackend(Backend backend, List<Output> outputs) {
    this.backend = backend;
    this.outputs = outputs;
  }

  @Override
  public String name() {
    return backend.name();
  }

  @Override
  public String version() {
    return backend.version();
  }

  @Override
  public Executable open(Path file) {
    var opened = backend.open(file);
    try {
      var foreign = new ForeignExecutable(opened, outputs);
      notes.addAll(foreign.notes());
      return foreign;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /// Returns what is computed outside of the files that were opened, in sentences.
  List<String> notes() {
    return notes;
  }
}
