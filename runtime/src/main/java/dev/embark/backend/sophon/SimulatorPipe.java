package dev.embark.backend.sophon;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Shape;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// How the simulator is talked to. It begins with a description of its networks; then each request
/// is the name of one and the values of its inputs, each answer the values of its output, or a
/// problem.
final class SimulatorPipe {
  static final int DONE = 1;
  static final int FAILED = 2;

  private SimulatorPipe() {}

  static void writePlaces(List<BmNetwork.Place> places, DataOutputStream target)
      throws IOException {
    target.writeInt(places.size());
    for (var place : places) {
      target.writeUTF(place.name());
      target.writeLong(place.bytes());
      target.writeInt(place.shape().rank());
      for (long size : place.shape().sizes()) {
        target.writeLong(size);
      }
    }
  }

  static List<BmNetwork.Place> readPlaces(DataInputStream source) throws IOException {
    int count = source.readInt();
    var places = new ArrayList<BmNetwork.Place>();
    for (int i = 0; i < count; i++) {
      var name = source.readUTF();
      long bytes = source.readLong();
      var sizes = new long[source.readInt()];
      for (int axis = 0; axis < sizes.length; axis++) {
        sizes[axis] = source.readLong();
      }
      places.add(new BmNetwork.Place(name, Shape.of(sizes), bytes));
    }
    return places;
  }

  static void writeFloats(float[] values, DataOutputStream target) throws IOException {
    var bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES));
    bytes.asFloatBuffer().put(values);
    target.writeInt(values.length);
    target.write(bytes.array());
  }

  static float[] readFloats(DataInputStream source) throws IOException {
    var values = new float[source.readInt()];
    var bytes = new byte[Math.multiplyExact(values.length, Float.BYTES)];
    source.readFully(bytes);
    ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
    return values;
  }

  static void writeProblem(Problem problem, DataOutputStream target) throws IOException {
    target.writeByte(FAILED);
    target.writeUTF(problem.category().name());
    target.writeUTF(problem.what());
    target.writeUTF(problem.why());
    target.writeUTF(problem.remedy());
    target.flush();
  }

  /// Reads the beginning of an answer; throws the problem that it is, if it is one.
  static void readVerdict(DataInputStream source) throws IOException {
    if (source.readByte() == FAILED) {
      throw new Problem(
          Category.valueOf(source.readUTF()), source.readUTF(), source.readUTF(), source.readUTF());
    }
  }
}
