package dev.embark.format.torch;

import dev.embark.format.torch.PickleValue.Dictionary;
import dev.embark.format.torch.PickleValue.Text;
import dev.embark.format.torch.PickleValue.Tuple;
import dev.embark.format.torch.PickleValue.View;
import dev.embark.format.torch.PickleValue.Whole;
import dev.embark.problem.Problem;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The dictionary of tensors that a file holds, each put where its elements lie.
final class StateDict {
  /// The largest public checkpoints have about 100,000 tensors, spread over many files.
  private static final int TENSORS_MAX = 100_000;

  /// Under this name a training keeps the tensors, beside its own progress.
  private static final String NESTED = "state_dict";

  private final Complaint complaint;
  private final Map<String, MemorySegment> storages;

  private StateDict(Complaint complaint, Map<String, MemorySegment> storages) {
    this.complaint = complaint;
    this.storages = storages;
  }

  static SortedMap<String, Tensor> read(Complaint complaint, Content content) {
    if (!(content.value() instanceof Dictionary dictionary)) {
      throw complaint.unsupported(
          "holds " + content.value().kind() + ", expected a dictionary of tensors",
          "Embark reads what torch.save(model.state_dict(), file) writes.");
    }
    var reader = new StateDict(complaint, content.storages());
    for (var entry : dictionary.entries()) {
      if (entry.key() instanceof Text(var key)
          && key.equals(NESTED)
          && entry.value() instanceof Dictionary nested) {
        return reader.tensors(nested);
      }
    }
    return reader.tensors(dictionary);
  }

  private SortedMap<String, Tensor> tensors(Dictionary dictionary) {
    if (dictionary.entries().size() > TENSORS_MAX) {
      throw complaint.damaged("has more than " + TENSORS_MAX + " tensors", "");
    }
    var tensors = new TreeMap<String, Tensor>();
    for (var entry : dictionary.entries()) {
      if (!(entry.key() instanceof Text(var name))) {
        throw complaint.unsupported(
            "has " + entry.key().kind() + " in the place of a tensor's name",
            "Embark reads what torch.save(model.state_dict(), file) writes.");
      }
      if (!(entry.value() instanceof View view)) {
        throw complaint.unsupported(
            "has " + entry.value().kind() + " under " + quoted(name) + ", expected a tensor",
            "Embark reads what torch.save(model.state_dict(), file) writes.");
      }
      if (tensors.put(name, tensor(name, view)) != null) {
        throw complaint.damaged("has two tensors " + quoted(name), "");
      }
    }
    return tensors;
  }

  private Tensor tensor(String name, View view) {
    var storage = view.storage();
    var sizes = numbers(view.sizes());
    var strides = numbers(view.strides());
    long count = count(name, sizes);
    if (strides.length != sizes.length) {
      throw wrong(name, sizes, "has strides " + Arrays.toString(strides));
    }
    if (view.offset() < 0 || view.offset() > storage.count() - count) {
      throw wrong(
          name,
          sizes,
          "starts at element " + view.offset() + " of a storage of " + storage.count());
    }
    if (count > 0 && !isRowMajor(sizes, strides)) {
      throw complaint.unsupported(
          "has the tensor "
              + quoted(name)
              + " of shape "
              + Arrays.toString(sizes)
              + " with strides "
              + Arrays.toString(strides),
          "Embark reads tensors that lie row by row, not views across others.");
    }
    long size = storage.type().byteSize();
    var bytes = bytes(name, view);
    return new Tensor(
        storage.type(), Shape.of(sizes), bytes.asSlice(view.offset() * size, count * size));
  }

  private MemorySegment bytes(String name, View view) {
    var storage = view.storage();
    var bytes = storages.get(storage.key());
    if (bytes == null) {
      throw complaint.damaged(
          "has no storage " + Complaint.shown(storage.key()) + " for tensor " + quoted(name),
          "The file is incomplete.");
    }
    // Divided, not multiplied: the count is whatever the pickle says.
    int size = storage.type().byteSize();
    if (bytes.byteSize() % size != 0 || bytes.byteSize() / size != storage.count()) {
      throw complaint.damaged(
          "has "
              + bytes.byteSize()
              + " bytes in storage "
              + Complaint.shown(storage.key())
              + ", but tensor "
              + quoted(name)
              + " expects "
              + storage.count()
              + " elements of "
              + storage.type(),
          "");
    }
    return bytes;
  }

  private long count(String name, long[] sizes) {
    long count = 1;
    for (long size : sizes) {
      if (size < 0) {
        throw wrong(name, sizes, "has a negative size");
      }
      try {
        count = Math.multiplyExact(count, size);
      } catch (ArithmeticException _) {
        throw wrong(name, sizes, "has a size that does not fit into 63 bits");
      }
    }
    return count;
  }

  /// The stride of an axis of size 1 is never used, and may be anything.
  private static boolean isRowMajor(long[] sizes, long[] strides) {
    long expected = 1;
    for (int axis = sizes.length - 1; axis >= 0; axis--) {
      if (sizes[axis] != 1 && strides[axis] != expected) {
        return false;
      }
      expected *= sizes[axis];
    }
    return true;
  }

  private static long[] numbers(Tuple tuple) {
    return tuple.items().stream()
        .mapToLong(item -> item instanceof Whole(long number) ? number : -1)
        .toArray();
  }

  private Problem wrong(String name, long[] sizes, String how) {
    return complaint.damaged(
        "is damaged: tensor " + quoted(name) + " of shape " + Arrays.toString(sizes) + " " + how,
        "");
  }

  private static String quoted(String name) {
    return "\"" + Complaint.shown(name) + "\"";
  }
}
