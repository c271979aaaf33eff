package dev.embark.backend.sophon;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.process.Companion;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Networks in a [Simulator] process, one request at a time.
final class SimulatorProcess implements Networks {
  private static final String FIRMWARE = "TPUKERNEL_FIRMWARE_PATH";

  private final Companion process;
  private final DataOutputStream requests;
  private final DataInputStream answers;
  private final List<BmNetwork> networks = new ArrayList<>();

  private SimulatorProcess(Companion process) {
    this.process = process;
    this.requests = new DataOutputStream(process.requests());
    this.answers = new DataInputStream(process.answers());
  }

  /// Starts a simulator with a file.
  ///
  /// @param libraries folder of the vendor's libraries
  static SimulatorProcess open(Path libraries, Path file) {
    var environment = new HashMap<>(System.getenv());
    environment.put(FIRMWARE, libraries.resolve("libcmodel_bm1684x.so").toString());
    var simulator =
        new SimulatorProcess(
            Companion.start(
                "SOPHON's simulator",
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    classPath(),
                    Simulator.class.getName(),
                    libraries.toAbsolutePath().toString(),
                    file.toAbsolutePath().toString()),
                folder(),
                environment));
    try {
      simulator.readNetworks();
      return simulator;
    } catch (RuntimeException e) {
      simulator.close();
      throw e;
    }
  }

  /// Returns our own class path, which the child reads from another folder.
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Path folder() {
    try {
      return Files.createTempDirectory("embark-simulator");
    } catch (IOException e) {
      throw new Problem(
          Category.UNAVAILABLE,
          "The simulator does not start.",
          String.valueOf(e.getMessage()),
          "Check the space left in the temporary folder.",
          e);
    }
  }

  private void readNetworks() {
    try {
      SimulatorPipe.readVerdict(answers);
      int count = answers.readInt();
      for (int i = 0; i < count; i++) {
        var name = answers.readUTF();
        var inputs = SimulatorPipe.readPlaces(answers);
        networks.add(new BmNetwork(name, inputs, SimulatorPipe.readPlaces(answers)));
      }
    } catch (IOException e) {
      throw process.gone(e);
    }
  }

  @Override
  public List<BmNetwork> networks() {
    return List.copyOf(networks);
  }

  @Override
  public synchronized float[] run(BmNetwork network, Map<String, float[]> inputs) {
    try {
      requests.writeUTF(network.name());
      for (var place : network.inputs()) {
        var values = inputs.get(place.name());
        if (values == null || values.length != place.shape().elementCount()) {
          throw new IllegalArgumentException(place + " is not among " + inputs.keySet());
        }
        SimulatorPipe.writeFloats(values, requests);
      }
      requests.flush();
      SimulatorPipe.readVerdict(answers);
      return SimulatorPipe.readFloats(answers);
    } catch (IOException e) {
      throw process.gone(e);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
