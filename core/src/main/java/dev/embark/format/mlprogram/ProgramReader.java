package dev.embark.format.mlprogram;

import static dev.embark.format.mlprogram.MlModelReader.entry;
import static dev.embark.format.mlprogram.MlModelReader.unknown;

import dev.embark.format.mlprogram.MilOperation.Binding;
import dev.embark.format.protobuf.IncomingMessage;
import dev.embark.tensor.Shape;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Messages of the program to records.
final class ProgramReader {
  private ProgramReader() {}

  /// A type as it stands in a message.
  private record Typed(MilType type, Shape shape, MilPort.Kind kind) {}

  static MilFunction function(IncomingMessage message) {
    var inputs = new ArrayList<MilPort>();
    var opset = "";
    var outputs = new ArrayList<String>();
    var operations = new ArrayList<MilOperation>();
    var blocks = new ArrayList<String>();
    while (message.next()) {
      switch (message.field()) {
        case MlProto.Function.INPUTS -> inputs.add(port(message.message()));
        case MlProto.Function.OPSET -> opset = message.text();
        case MlProto.Function.BLOCK_SPECIALIZATIONS ->
            entry(
                message,
                (name, block) -> {
                  blocks.add(name);
                  block(block, outputs, operations);
                });
        default -> throw unknown(message, "Function");
      }
    }
    if (!blocks.equals(List.of(opset))) {
      throw message.malformed("a function of opset \"" + opset + "\" has blocks for " + blocks);
    }
    return new MilFunction(inputs, opset, outputs, operations);
  }

  private static void block(
      IncomingMessage message, List<String> outputs, List<MilOperation> operations) {
    while (message.next()) {
      switch (message.field()) {
        case MlProto.Block.OUTPUTS -> outputs.add(message.text());
        case MlProto.Block.OPERATIONS -> operations.add(operation(message.message()));
        default -> throw unknown(message, "Block");
      }
    }
  }

  private static MilOperation operation(IncomingMessage message) {
    var type = "";
    var inputs = new TreeMap<String, List<Binding>>();
    var outputs = new ArrayList<MilPort>();
    var attributes = new TreeMap<String, MilValue>();
    while (message.next()) {
      switch (message.field()) {
        case MlProto.Operation.TYPE -> type = message.text();
        case MlProto.Operation.INPUTS ->
            entry(message, (name, value) -> once(message, inputs, name, argument(value)));
        case MlProto.Operation.OUTPUTS -> outputs.add(port(message.message()));
        case MlProto.Operation.ATTRIBUTES ->
            entry(message, (name, value) -> once(message, attributes, name, value(value)));
        // Blocks inside, of loops and conditions, are among these; models of text have none.
        default -> throw unknown(message, "Operation");
      }
    }
    return new MilOperation(type, inputs, outputs, attributes);
  }

  private static <T> void once(
      IncomingMessage message, Map<String, T> entries, String name, T value) {
    if (entries.put(name, value) != null) {
      throw message.malformed("an operation has \"" + name + "\" twice");
    }
  }

  private static List<Binding> argument(IncomingMessage message) {
    var bindings = new ArrayList<Binding>();
    while (message.next()) {
      if (message.field() != MlProto.Argument.ARGUMENTS) {
        throw unknown(message, "Argument");
      }
      bindings.add(binding(message.message()));
    }
    return bindings;
  }

  private static Binding binding(IncomingMessage message) {
    var binding = Optional.<Binding>empty();
    while (message.next()) {
      binding =
          Optional.of(
              switch (message.field()) {
                case MlProto.Argument.NAME -> new Binding.Name(message.text());
                case MlProto.Argument.VALUE -> new Binding.Inline(value(message.message()));
                default -> throw unknown(message, "Binding");
              });
    }
    return binding.orElseThrow(() -> message.malformed("a parameter is bound to nothing"));
  }

  private static MilPort port(IncomingMessage message) {
    var name = "";
    var type = Optional.<Typed>empty();
    while (message.next()) {
      switch (message.field()) {
        case MlProto.NamedValueType.NAME -> name = message.text();
        case MlProto.NamedValueType.TYPE -> type = Optional.of(type(message.message()));
        default -> throw unknown(message, "NamedValueType");
      }
    }
    var found = type.orElseThrow(() -> message.malformed("a value has no type"));
    return new MilPort(name, found.type(), found.shape(), found.kind());
  }

  private static Typed type(IncomingMessage message) {
    var type = Optional.<Typed>empty();
    while (message.next()) {
      type =
          Optional.of(
              switch (message.field()) {
                case MlProto.ValueType.TENSOR -> tensor(message.message());
                case MlProto.ValueType.STATE -> state(message.message());
                default -> throw unknown(message, "ValueType");
              });
    }
    return type.orElseThrow(() -> message.malformed("a type is empty"));
  }

  /// Reads what is wrapped; a state of a state would be one more level, and there is none.
  private static Typed state(IncomingMessage message) {
    var type = Optional.<Typed>empty();
    while (message.next()) {
      if (message.field() != MlProto.ValueType.STATE_WRAPPED) {
        throw unknown(message, "StateType");
      }
      var wrapped = message.message();
      while (wrapped.next()) {
        if (wrapped.field() != MlProto.ValueType.TENSOR) {
          throw unknown(wrapped, "StateType.wrappedType");
        }
        type = Optional.of(tensor(wrapped.message()));
      }
    }
    var tensor = type.orElseThrow(() -> message.malformed("a state is of no tensor"));
    return new Typed(tensor.type(), tensor.shape(), MilPort.Kind.STATE);
  }

  private static Typed tensor(IncomingMessage message) {
    long number = 0;
    long rank = 0;
    var sizes = new ArrayList<Long>();
    while (message.next()) {
      switch (message.field()) {
        case MlProto.TensorType.DATA_TYPE -> number = message.number();
        case MlProto.TensorType.RANK -> rank = message.number();
        case MlProto.TensorType.DIMENSIONS -> sizes.add(dimension(message.message()));
        default -> throw unknown(message, "TensorType");
      }
    }
    if (rank != sizes.size()) {
      throw message.malformed("a tensor of rank " + rank + " has the dimensions " + sizes);
    }
    var type = number;
    return new Typed(
        MilType.numbered(type)
            .orElseThrow(() -> message.malformed(type + " is no element type of a program")),
        Shape.of(sizes.stream().mapToLong(Long::longValue).toArray()),
        MilPort.Kind.TENSOR);
  }

  private static long dimension(IncomingMessage message) {
    long size = 0;
    while (message.next()) {
      // The other kind, sizes that change from call to call, Embark neither writes nor reads.
      if (message.field() != MlProto.TensorType.CONSTANT) {
        throw unknown(message, "Dimension");
      }
      var constant = message.message();
      while (constant.next()) {
        if (constant.field() != MlProto.TensorType.SIZE) {
          throw unknown(constant, "ConstantDimension");
        }
        size = constant.number();
      }
    }
    if (size < 1 || size > Integer.MAX_VALUE) {
      throw message.malformed("a dimension of size " + Long.toUnsignedString(size));
    }
    return size;
  }

  private static MilValue value(IncomingMessage message) {
    var type = Optional.<Typed>empty();
    var content = Optional.<MilValue.Content>empty();
    while (message.next()) {
      switch (message.field()) {
        case MlProto.Value.TYPE -> type = Optional.of(type(message.message()));
        case MlProto.Value.IMMEDIATE -> content = Optional.of(immediate(message.message()));
        case MlProto.Value.BLOB_FILE -> content = Optional.of(blob(message.message()));
        default -> throw unknown(message, "Value");
      }
    }
    var found = type.orElseThrow(() -> message.malformed("a constant has no type"));
    if (found.kind() != MilPort.Kind.TENSOR) {
      throw message.malformed("a constant is a state");
    }
    return new MilValue(
        found.type(),
        found.shape(),
        content.orElseThrow(() -> message.malformed("a constant has no value")));
  }

  private static MilValue.Content blob(IncomingMessage message) {
    var file = "";
    long offset = 0;
    while (message.next()) {
      switch (message.field()) {
        case MlProto.Value.FILE_NAME -> file = message.text();
        case MlProto.Value.OFFSET -> offset = message.number();
        default -> throw unknown(message, "BlobFileValue");
      }
    }
    return new MilValue.Blob(file, offset);
  }

  private static MilValue.Content immediate(IncomingMessage message) {
    var content = Optional.<MilValue.Content>empty();
    while (message.next()) {
      if (message.field() != MlProto.Value.TENSOR) {
        throw unknown(message, "ImmediateValue");
      }
      var tensor = message.message();
      while (tensor.next()) {
        content = Optional.of(elements(tensor.field(), tensor, tensor.message()));
      }
    }
    return content.orElseThrow(() -> message.malformed("a constant in place has no elements"));
  }

  private static MilValue.Content elements(
      int kind, IncomingMessage tensor, IncomingMessage message) {
    var reals = new ArrayList<Float>();
    var numbers = new ArrayList<Long>();
    var texts = new ArrayList<String>();
    var bytes = new ArrayList<Byte>();
    while (message.next()) {
      if (message.field() != MlProto.TensorValue.VALUES) {
        throw unknown(message, "a list of elements");
      }
      switch (kind) {
        case MlProto.TensorValue.FLOATS -> message.addRealsTo(reals);
        case MlProto.TensorValue.INTS, MlProto.TensorValue.BOOLS -> message.addNumbersTo(numbers);
        case MlProto.TensorValue.STRINGS -> texts.add(message.text());
        case MlProto.TensorValue.BYTES -> {
          for (byte each : message.bytes().toArray(ValueLayout.JAVA_BYTE)) {
            bytes.add(each);
          }
        }
        default -> throw unknown(tensor, "TensorValue");
      }
    }
    return switch (kind) {
      case MlProto.TensorValue.FLOATS -> new MilValue.Reals(reals);
      case MlProto.TensorValue.INTS -> new MilValue.Integers(numbers);
      case MlProto.TensorValue.BOOLS ->
          new MilValue.Truths(numbers.stream().map(number -> number != 0).toList());
      case MlProto.TensorValue.STRINGS -> new MilValue.Texts(texts);
      case MlProto.TensorValue.BYTES -> new MilValue.Raw(bytes);
      default -> throw unknown(tensor, "TensorValue");
    };
  }
}
