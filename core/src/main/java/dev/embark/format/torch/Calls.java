package dev.embark.format.torch;

import dev.embark.format.torch.PickleValue.Dictionary;
import dev.embark.format.torch.PickleValue.Function;
import dev.embark.format.torch.PickleValue.Listing;
import dev.embark.format.torch.PickleValue.Plain;
import dev.embark.format.torch.PickleValue.Storage;
import dev.embark.format.torch.PickleValue.StorageType;
import dev.embark.format.torch.PickleValue.Text;
import dev.embark.format.torch.PickleValue.Tuple;
import dev.embark.format.torch.PickleValue.View;
import dev.embark.format.torch.PickleValue.Whole;
import dev.embark.problem.Problem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Answers the calls of a pickle, with values and without calling anything.
final class Calls {
  /// PyTorch's own limit.
  private static final int RANK_MAX = 64;

  /// A list can be handed over again and again, each time as a whole.
  private static final int PAIRS_MAX = 1_000_000;

  private final Complaint complaint;
  private final Map<String, Storage> storages = new HashMap<>();
  private int pairsTaken;

  Calls(Complaint complaint) {
    this.complaint = complaint;
  }

  /// Returns the storage that the persistent id `('storage', type, key, device, count)` stands for;
  /// before PyTorch 1.6 a sixth item says which part of another storage it is, `None` for none.
  Storage storage(PickleValue id) {
    if (id instanceof Tuple(var items)
        && (items.size() == 5 || (items.size() == 6 && items.get(5) == Plain.NONE))
        && items.get(0) instanceof Text(var word)
        && word.equals("storage")
        && items.get(1) instanceof StorageType(var type)
        && items.get(2) instanceof Text(var key)
        && items.get(4) instanceof Whole(long count)
        && count >= 0) {
      var storage = new Storage(type, key, count);
      var named = storages.putIfAbsent(key, storage);
      if (named != null && !named.equals(storage)) {
        throw complaint.damaged(
            "names the storage "
                + Complaint.shown(key)
                + " with "
                + named.count()
                + " elements of "
                + named.type()
                + " and with "
                + count
                + " of "
                + type,
            "");
      }
      return storage;
    }
    throw complaint.unsupported(
        "has a persistent id that is no storage of a tensor: " + detail(id), "");
  }

  /// Returns the storages named so far, by key.
  Map<String, Storage> storages() {
    return storages;
  }

  private static String detail(PickleValue id) {
    return id instanceof Tuple(var items)
        ? "(" + String.join(", ", items.stream().limit(8).map(Calls::shown).toList()) + ")"
        : shown(id);
  }

  private static String shown(PickleValue value) {
    return switch (value) {
      case Text(var text) -> "'" + Complaint.shown(text) + "'";
      case Whole(long number) -> Long.toString(number);
      case Plain _,
          Function _,
          StorageType _,
          Tuple _,
          Listing _,
          Dictionary _,
          Storage _,
          View _ ->
          value.kind();
    };
  }

  PickleValue answer(Function function, List<PickleValue> arguments) {
    return switch (function) {
      case ORDERED_DICT -> orderedDict(arguments);
      case SIZE -> size(arguments);
      case REBUILD_TENSOR, REBUILD_TENSOR_V2 -> view(function, arguments);
      case REBUILD_PARAMETER -> parameter(arguments);
    };
  }

  /// `OrderedDict()`, or, by Python 2, `OrderedDict([[key, value], …])`.
  private Dictionary orderedDict(List<PickleValue> arguments) {
    var dictionary = new Dictionary();
    if (arguments.isEmpty()) {
      return dictionary;
    }
    if (arguments.size() != 1 || !(arguments.getFirst() instanceof Listing pairs)) {
      throw wrong(Function.ORDERED_DICT, arguments);
    }
    if (pairs.items().size() > PAIRS_MAX - pairsTaken) {
      throw complaint.damaged(
          "makes dictionaries of more than " + PAIRS_MAX + " pairs",
          "No model has as many tensors.");
    }
    pairsTaken += pairs.items().size();
    for (var pair : pairs.items()) {
      var items = items(pair);
      if (items.size() != 2) {
        throw wrong(Function.ORDERED_DICT, arguments);
      }
      dictionary.put(items.get(0), items.get(1));
    }
    return dictionary;
  }

  private static List<PickleValue> items(PickleValue value) {
    return switch (value) {
      case Tuple(var items) -> items;
      case Listing list -> list.items();
      case Plain _, Function _, StorageType _, Text _, Whole _, Dictionary _, Storage _, View _ ->
          List.of();
    };
  }

  /// `torch.Size` is a tuple.
  private Tuple size(List<PickleValue> arguments) {
    if (arguments.size() == 1 && arguments.getFirst() instanceof Tuple sizes) {
      return sizes;
    }
    throw wrong(Function.SIZE, arguments);
  }

  /// `_rebuild_parameter(tensor, requires_grad, hooks)`: the tensor is all that counts.
  private View parameter(List<PickleValue> arguments) {
    if (arguments.size() == 3 && arguments.getFirst() instanceof View view) {
      return view;
    }
    throw wrong(Function.REBUILD_PARAMETER, arguments);
  }

  /// `_rebuild_tensor(storage, offset, sizes, strides)`; version 2 has `requires_grad`, hooks and
  /// perhaps metadata after it. Metadata would say that the values are meant negated or conjugated.
  private View view(Function function, List<PickleValue> arguments) {
    int count = arguments.size();
    boolean fits = function == Function.REBUILD_TENSOR ? count == 4 : count == 6 || count == 7;
    if (!fits
        || !(arguments.get(0) instanceof Storage storage)
        || !(arguments.get(1) instanceof Whole(long offset))
        || !(arguments.get(2) instanceof Tuple sizes)
        || !(arguments.get(3) instanceof Tuple strides)
        || (count == 7 && !isEmpty(arguments.get(6)))) {
      throw wrong(function, arguments);
    }
    for (var numbers : List.of(sizes, strides)) {
      if (!numbers.items().stream().allMatch(Whole.class::isInstance)) {
        throw wrong(function, numbers.items());
      }
    }
    if (sizes.items().size() > RANK_MAX) {
      throw complaint.damaged(
          "has a tensor of "
              + sizes.items().size()
              + " dimensions; at most "
              + RANK_MAX
              + " are allowed",
          "");
    }
    return new View(storage, offset, sizes, strides);
  }

  private static boolean isEmpty(PickleValue metadata) {
    return metadata == Plain.NONE
        || (metadata instanceof Dictionary dictionary && dictionary.entries().isEmpty());
  }

  private Problem wrong(Function function, List<PickleValue> arguments) {
    var kinds = arguments.stream().limit(8).map(PickleValue::kind).toList();
    return complaint.unsupported(
        "calls " + function.kind() + " with (" + String.join(", ", kinds) + ")",
        "Embark knows the calls that torch.save writes for tensors.");
  }
}
