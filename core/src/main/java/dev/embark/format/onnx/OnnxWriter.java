package dev.embark.format.onnx;

import dev.embark.format.onnx.OnnxProto.AttributeProto;
import dev.embark.format.onnx.OnnxProto.GraphProto;
import dev.embark.format.onnx.OnnxProto.ModelProto;
import dev.embark.format.onnx.OnnxProto.NodeProto;
import dev.embark.format.onnx.OnnxProto.OperatorSetIdProto;
import dev.embark.format.onnx.OnnxProto.StringStringEntryProto;
import dev.embark.format.onnx.OnnxProto.TensorProto;
import dev.embark.format.onnx.OnnxProto.TensorShapeProto;
import dev.embark.format.onnx.OnnxProto.TypeProto;
import dev.embark.format.onnx.OnnxProto.ValueInfoProto;
import dev.embark.format.protobuf.OutgoingMessage;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;

/// Records to messages, fields in ascending order, so that the bytes are those that protobuf's own
/// writers give for the same model.
final class OnnxWriter {
  private final ExternalData external;

  OnnxWriter(ExternalData external) {
    this.external = external;
  }

  OutgoingMessage model(OnnxModel model) {
    var message =
        new OutgoingMessage()
            .number(ModelProto.IR_VERSION, model.irVersion())
            .textIfAny(ModelProto.PRODUCER_NAME, model.producerName())
            .textIfAny(ModelProto.PRODUCER_VERSION, model.producerVersion())
            .message(ModelProto.GRAPH, graph(model.graph()));
    model
        .opsets()
        .forEach((domain, version) ->
            message.message(
                ModelProto.OPSET_IMPORT,
                new OutgoingMessage()
                    .textIfAny(OperatorSetIdProto.DOMAIN, domain)
                    .number(OperatorSetIdProto.VERSION, version)));
    model
        .metadata()
        .forEach((key, value) -> message.message(ModelProto.METADATA_PROPS, entry(key, value)));
    return message;
  }

  private OutgoingMessage graph(OnnxGraph graph) {
    var message = new OutgoingMessage();
    graph.nodes().forEach(node -> message.message(GraphProto.NODE, node(node)));
    message.text(GraphProto.NAME, graph.name());
    graph
        .initializers()
        .forEach(each -> message.message(GraphProto.INITIALIZER, initializer(each)));
    graph.inputs().forEach(value -> message.message(GraphProto.INPUT, value(value)));
    graph.outputs().forEach(value -> message.message(GraphProto.OUTPUT, value(value)));
    return message;
  }

  private static OutgoingMessage node(OnnxNode node) {
    var message = new OutgoingMessage();
    node.inputs().forEach(name -> message.text(NodeProto.INPUT, name));
    node.outputs().forEach(name -> message.text(NodeProto.OUTPUT, name));
    message.textIfAny(NodeProto.NAME, node.name()).text(NodeProto.OP_TYPE, node.opType());
    node.attributes()
        .forEach(attribute -> message.message(NodeProto.ATTRIBUTE, attribute(node, attribute)));
    return message.textIfAny(NodeProto.DOMAIN, node.domain());
  }

  private static OutgoingMessage attribute(OnnxNode node, OnnxAttribute attribute) {
    var message = new OutgoingMessage().text(AttributeProto.NAME, attribute.name());
    return switch (attribute) {
      case OnnxAttribute.Int(_, var value) ->
          message
              .number(AttributeProto.I, value)
              .number(AttributeProto.TYPE, AttributeProto.TYPE_INT);
      case OnnxAttribute.Real(_, var value) ->
          message
              .real(AttributeProto.F, value)
              .number(AttributeProto.TYPE, AttributeProto.TYPE_FLOAT);
      case OnnxAttribute.Text(_, var value) ->
          message
              .text(AttributeProto.S, value)
              .number(AttributeProto.TYPE, AttributeProto.TYPE_STRING);
      case OnnxAttribute.Ints(_, var values) -> {
        values.forEach(value -> message.number(AttributeProto.INTS, value));
        yield message.number(AttributeProto.TYPE, AttributeProto.TYPE_INTS);
      }
      case OnnxAttribute.Reals(_, var values) -> {
        values.forEach(value -> message.real(AttributeProto.FLOATS, value));
        yield message.number(AttributeProto.TYPE, AttributeProto.TYPE_FLOATS);
      }
      case OnnxAttribute.TensorOf(_, var value) -> {
        var payload = new WeightPayload(new OnnxContent.Stored(value));
        yield message
            .message(
                AttributeProto.T,
                tensor(value.type(), value.shape()).bytes(TensorProto.RAW_DATA, payload))
            .number(AttributeProto.TYPE, AttributeProto.TYPE_TENSOR);
      }
      case OnnxAttribute.Other(var name) ->
          throw new Problem(
              Category.UNSUPPORTED,
              "Cannot write attribute \""
                  + name
                  + "\" of node \""
                  + node.name()
                  + "\" ("
                  + node.opType()
                  + ").",
              "Embark has not read its content: it is a graph, a sparse tensor or a list of texts.",
              "");
    };
  }

  private OutgoingMessage initializer(OnnxInitializer initializer) {
    var content = initializer.content();
    var payload = new WeightPayload(content);
    var message =
        tensor(content.type(), content.shape()).text(TensorProto.NAME, initializer.name());
    if (content instanceof OnnxContent.Elsewhere(_, _, var location, long offset)) {
      return external(message, location, offset, payload.byteSize());
    }
    return external.takes(payload)
        ? external(message, external.location(), external.add(payload), payload.byteSize())
        : message.bytes(TensorProto.RAW_DATA, payload);
  }

  private static OutgoingMessage external(
      OutgoingMessage tensor, String location, long offset, long length) {
    return tensor
        .message(TensorProto.EXTERNAL_DATA, entry("location", location))
        .message(TensorProto.EXTERNAL_DATA, entry("offset", Long.toString(offset)))
        .message(TensorProto.EXTERNAL_DATA, entry("length", Long.toString(length)))
        .number(TensorProto.DATA_LOCATION, TensorProto.LOCATION_EXTERNAL);
  }

  private static OutgoingMessage tensor(ElementType type, Shape shape) {
    var message = new OutgoingMessage();
    for (long size : shape.sizes()) {
      message.number(TensorProto.DIMS, size);
    }
    return message.number(TensorProto.DATA_TYPE, OnnxType.of(type).number());
  }

  private static OutgoingMessage value(OnnxValue value) {
    var shape = new OutgoingMessage();
    for (var dim : value.shape().dims()) {
      var message = new OutgoingMessage();
      switch (dim) {
        case Dim.Fixed(var size) -> message.number(TensorShapeProto.DIM_VALUE, size);
        case Dim.Named(var name) -> message.text(TensorShapeProto.DIM_PARAM, name);
      }
      shape.message(TensorShapeProto.DIM, message);
    }
    var tensor =
        new OutgoingMessage()
            .number(TypeProto.TENSOR_ELEM_TYPE, OnnxType.of(value.type()).number())
            .message(TypeProto.TENSOR_SHAPE, shape);
    return new OutgoingMessage()
        .text(ValueInfoProto.NAME, value.name())
        .message(ValueInfoProto.TYPE, new OutgoingMessage().message(TypeProto.TENSOR_TYPE, tensor));
  }

  private static OutgoingMessage entry(String key, String value) {
    return new OutgoingMessage()
        .text(StringStringEntryProto.KEY, key)
        .text(StringStringEntryProto.VALUE, value);
  }
}
