package dev.embark.format.torch;

import dev.embark.tensor.ElementType;
import java.util.ArrayList;
import java.util.List;

/// What the stack of the pickle machine can hold. Nothing here is ever compared, hashed or printed
/// as a whole: a hostile pickle may put a value into itself.
sealed interface PickleValue {
  /// Returns what this is, for error messages.
  String kind();

  /// Values without content, and those whose content nobody needs.
  enum Plain implements PickleValue {
    NONE("None"),
    TRUE("True"),
    FALSE("False"),
    FLOAT("a float"),
    BYTES("bytes"),
    HUGE("an integer of more than 64 bits"),
    DTYPE("a dtype");

    private final String kind;

    Plain(String kind) {
      this.kind = kind;
    }

    @Override
    public String kind() {
      return kind;
    }
  }

  /// What may be called, each in its own way.
  enum Function implements PickleValue {
    ORDERED_DICT("collections", "OrderedDict"),
    SIZE("torch", "Size"),
    REBUILD_TENSOR("torch._utils", "_rebuild_tensor"),
    REBUILD_TENSOR_V2("torch._utils", "_rebuild_tensor_v2"),
    REBUILD_PARAMETER("torch._utils", "_rebuild_parameter");

    private final String module;
    private final String name;

    Function(String module, String name) {
      this.module = module;
      this.name = name;
    }

    boolean isCalled(String module, String name) {
      return this.module.equals(module) && this.name.equals(name);
    }

    @Override
    public String kind() {
      return "the function " + module + "." + name;
    }
  }

  /// A class of storages, such as `torch.FloatStorage`.
  record StorageType(ElementType type) implements PickleValue {
    @Override
    public String kind() {
      return "a storage type";
    }
  }

  record Text(String text) implements PickleValue {
    @Override
    public String kind() {
      return "a string";
    }
  }

  record Whole(long number) implements PickleValue {
    @Override
    public String kind() {
      return "an integer";
    }
  }

  record Tuple(List<PickleValue> items) implements PickleValue {
    public Tuple {
      items = List.copyOf(items);
    }

    @Override
    public String kind() {
      return "a tuple of " + items.size();
    }
  }

  /// A list, which may grow until the pickle ends.
  final class Listing implements PickleValue {
    private final List<PickleValue> items = new ArrayList<>(0);

    void add(PickleValue item) {
      items.add(item);
    }

    List<PickleValue> items() {
      return items;
    }

    @Override
    public String kind() {
      return "a list of " + items.size();
    }
  }

  /// A dictionary, which may grow until the pickle ends; what is said twice stands here twice.
  final class Dictionary implements PickleValue {
    private final List<Entry> entries = new ArrayList<>(0);

    record Entry(PickleValue key, PickleValue value) {}

    void put(PickleValue key, PickleValue value) {
      entries.add(new Entry(key, value));
    }

    List<Entry> entries() {
      return entries;
    }

    @Override
    public String kind() {
      return "a dictionary of " + entries.size();
    }
  }

  /// A storage: `count` elements that lie elsewhere in the file, under `key`.
  record Storage(ElementType type, String key, long count) implements PickleValue {
    @Override
    public String kind() {
      return "a storage";
    }
  }

  /// A view of a storage; offset and strides count elements, sizes and strides hold integers only.
  record View(Storage storage, long offset, Tuple sizes, Tuple strides) implements PickleValue {
    @Override
    public String kind() {
      return "a tensor";
    }
  }
}
