package dev.embark.backend.sophon;

import dev.embark.backend.NativeLibrary;
import dev.embark.problem.Problem;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The vendor's simulator of a device, in a process of its own: it prints, ends and crashes as it
/// likes.
///
/// It answers on what was the standard output; everything that the library prints there goes to the
/// standard error. The protocol is [SimulatorPipe]'s.
public final class Simulator {
  private Simulator() {}

  /// Serves until the standard input ends.
  ///
  /// @param arguments the folder of the libraries, and a `.bmodel`
  public static void main(String... arguments) throws IOException {
    try (var answers =
            new DataOutputStream(new BufferedOutputStream(new FileOutputStream(output())));
        var requests = new DataInputStream(new BufferedInputStream(System.in))) {
      try (var session =
          BmSession.open(BmLibrary.load(Path.of(arguments[0])), 0, Path.of(arguments[1]))) {
        describe(session.networks(), answers);
        serve(session, requests, answers);
      } catch (Problem e) {
        SimulatorPipe.writeProblem(e, answers);
      }
    }
  }

  /// Returns a file that is the old standard output, whose number now leads to the standard error.
  private static String output() {
    var number = ValueLayout.JAVA_INT;
    var library = NativeLibrary.ofC();
    var dup = library.function("dup", FunctionDescriptor.of(number, number));
    var dup2 = library.function("dup2", FunctionDescriptor.of(number, number, number));
    int kept = (int) NativeLibrary.call(dup, 1);
    int moved = (int) NativeLibrary.call(dup2, 2, 1);
    if (kept < 0 || moved < 0) {
      throw new IllegalStateException("the standard output cannot be moved");
    }
    return "/proc/self/fd/" + kept;
  }

  private static void describe(List<BmNetwork> networks, DataOutputStream answers)
      throws IOException {
    answers.writeByte(SimulatorPipe.DONE);
    answers.writeInt(networks.size());
    for (var network : networks) {
      answers.writeUTF(network.name());
      SimulatorPipe.writePlaces(network.inputs(), answers);
      SimulatorPipe.writePlaces(network.outputs(), answers);
    }
    answers.flush();
  }

  private static void serve(BmSession session, DataInputStream requests, DataOutputStream answers)
      throws IOException {
    while (true) {
      String name;
      try {
        name = requests.readUTF();
      } catch (EOFException _) {
        return;
      }
      var network =
          session.networks().stream()
              .filter(each -> each.name().equals(name))
              .findFirst()
              .orElseThrow();
      Map<String, float[]> inputs = new HashMap<>();
      for (var place : network.inputs()) {
        inputs.put(place.name(), SimulatorPipe.readFloats(requests));
      }
      try {
        var values = session.run(network, inputs);
        answers.writeByte(SimulatorPipe.DONE);
        SimulatorPipe.writeFloats(values, answers);
      } catch (Problem e) {
        SimulatorPipe.writeProblem(e, answers);
      }
      answers.flush();
    }
  }
}
