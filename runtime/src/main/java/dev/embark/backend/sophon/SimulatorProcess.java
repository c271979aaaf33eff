package dev.embark.backend.sophon;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.process.Child;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Networks in a [Simulator] process, one request at a time.
final class SimulatorProcess implements Networks {
  private static final String FIRMWARE = "TPUKERNEL_FIRMWARE_PATH";
  private static final long PATIENCE_SECONDS = 10;

  private final Process process;
  private final Path log;
  private final DataOutputStream requests;
  private final DataInputStream answers;
  private final List<BmNetwork> networks = new ArrayList<>();

  private SimulatorProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    this.requests = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
    this.answers = new DataInputStream(new BufferedInputStream(process.getInputStream()));
  }

  /// Starts a simulator with a file.
  ///
  /// @param libraries folder of the vendor's libraries
  static SimulatorProcess open(Path libraries, Path file) {
    SimulatorProcess simulator;
    try {
      var log = Files.createTempFile("embark-simulator", ".log");
      var builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "--enable-native-access=ALL-UNNAMED",
              "-cp",
              System.getProperty("java.class.path"),
              Simulator.class.getName(),
              libraries.toString(),
              file.toAbsolutePath().toString());
      builder.environment().put(FIRMWARE, libraries.resolve("libcmodel_bm1684x.so").toString());
      builder.redirectError(log.toFile());
      simulator = new SimulatorProcess(builder.start(), log);
    } catch (IOException e) {
      throw new Problem(
          Category.UNAVAILABLE,
          "The simulator does not start.",
          String.valueOf(e.getMessage()),
          "Check the space left in the temporary folder.",
          e);
    }
    try {
      simulator.readNetworks();
      return simulator;
    } catch (RuntimeException e) {
      simulator.close();
      throw e;
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
      throw died(e);
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
      throw died(e);
    }
  }

  private Problem died(IOException e) {
    var ending = "it still runs";
    try {
      if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        ending = "exit code " + process.exitValue();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    return new Problem(
        Category.UNAVAILABLE,
        "The simulator went away (" + ending + ").",
        printed(),
        "Install the toolchain again: `embark toolchain install sophon`.",
        e);
  }

  /// Returns the end of what the vendor's libraries have printed.
  private String printed() {
    try {
      return new Child.Ended(0, new String(Files.readAllBytes(log), StandardCharsets.UTF_8)).tail();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Override
  public void close() {
    try {
      // The end of its input is its sign to close the device.
      requests.close();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException _) {
      process.destroyForcibly();
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } finally {
      delete();
    }
  }

  private void delete() {
    try {
      Files.deleteIfExists(log);
    } catch (IOException _) {
      // It lies in the temporary folder.
    }
  }
}
