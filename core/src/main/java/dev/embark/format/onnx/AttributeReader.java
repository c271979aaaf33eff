package dev.embark.format.onnx;

import dev.embark.format.onnx.OnnxProto.AttributeProto;
import dev.embark.format.protobuf.IncomingMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads an attribute: its content stands in one of several fields, and its type says in which.
final class AttributeReader {
  private String name = "";
  private long type;
  private long typeOfContent;
  private long number;
  private float real;
  private Optional<String> text = Optional.of("");
  private final List<Long> numbers = new ArrayList<>();
  private final List<Float> reals = new ArrayList<>();
  private Optional<TensorReader> tensor = Optional.empty();

  private AttributeReader() {}

  static OnnxAttribute read(IncomingMessage message, Tensors tensors) {
    var reader = new AttributeReader();
    while (message.next()) {
      reader.field(message, tensors);
    }
    return reader.attribute();
  }

  private void field(IncomingMessage message, Tensors tensors) {
    switch (message.field()) {
      case AttributeProto.NAME -> name = message.text();
      case AttributeProto.TYPE -> type = message.number();
      case AttributeProto.I -> {
        number = message.number();
        typeOfContent = AttributeProto.TYPE_INT;
      }
      case AttributeProto.F -> {
        real = message.real();
        typeOfContent = AttributeProto.TYPE_FLOAT;
      }
      case AttributeProto.S -> {
        text = message.textIfAny();
        typeOfContent = AttributeProto.TYPE_STRING;
      }
      case AttributeProto.INTS -> {
        message.addNumbersTo(numbers);
        typeOfContent = AttributeProto.TYPE_INTS;
      }
      case AttributeProto.FLOATS -> {
        message.addRealsTo(reals);
        typeOfContent = AttributeProto.TYPE_FLOATS;
      }
      case AttributeProto.T -> {
        tensor = Optional.of(new TensorReader(message.message(), tensors));
        typeOfContent = AttributeProto.TYPE_TENSOR;
      }
      default -> {}
    }
  }

  private OnnxAttribute attribute() {
    // Files of IR version 1 have no type; there the content itself tells.
    long effective = type == 0 ? typeOfContent : type;
    if (effective == AttributeProto.TYPE_INT) {
      return new OnnxAttribute.Int(name, number);
    }
    if (effective == AttributeProto.TYPE_FLOAT) {
      return new OnnxAttribute.Real(name, real);
    }
    if (effective == AttributeProto.TYPE_INTS) {
      return new OnnxAttribute.Ints(name, numbers);
    }
    if (effective == AttributeProto.TYPE_FLOATS) {
      return new OnnxAttribute.Reals(name, reals);
    }
    if (effective == AttributeProto.TYPE_STRING && text.isPresent()) {
      return new OnnxAttribute.Text(name, text.get());
    }
    if (effective == AttributeProto.TYPE_TENSOR
        && tensor.filter(TensorReader::isOfKnownType).isPresent()) {
      return new OnnxAttribute.TensorOf(name, tensor.get().tensor("attribute \"" + name + "\""));
    }
    return new OnnxAttribute.Other(name);
  }
}
