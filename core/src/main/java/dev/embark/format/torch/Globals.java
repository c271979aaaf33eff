package dev.embark.format.torch;

import dev.embark.tensor.ElementType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The names a pickle may use: all that `torch.save` writes for tensors of the types Embark reads.
final class Globals {
  private static final Map<String, ElementType> STORAGES =
      Map.of(
          "DoubleStorage", ElementType.F64,
          "FloatStorage", ElementType.F32,
          "HalfStorage", ElementType.F16,
          "BFloat16Storage", ElementType.BF16,
          "LongStorage", ElementType.I64,
          "IntStorage", ElementType.I32,
          "ShortStorage", ElementType.I16,
          "CharStorage", ElementType.I8,
          "ByteStorage", ElementType.U8,
          "BoolStorage", ElementType.BOOL);

  /// Checkpoints of trainings mention them beside the tensors.
  private static final Set<String> DTYPES =
      Set.of(
          "float64",
          "float32",
          "float16",
          "bfloat16",
          "int64",
          "int32",
          "int16",
          "int8",
          "uint8",
          "bool");

  private Globals() {}

  /// Returns what `module.name` stands for; nothing where it is not allowed.
  static Optional<PickleValue> find(String module, String name) {
    for (var function : PickleValue.Function.values()) {
      if (function.isCalled(module, name)) {
        return Optional.of(function);
      }
    }
    if (!module.equals("torch")) {
      return Optional.empty();
    }
    if (DTYPES.contains(name)) {
      return Optional.of(PickleValue.Plain.DTYPE);
    }
    return Optional.ofNullable(STORAGES.get(name)).map(PickleValue.StorageType::new);
  }
}
