package dev.embark.format.mlprogram;

import dev.embark.format.mlprogram.MilOperation.Binding;
import dev.embark.format.protobuf.OutgoingMessage;
import dev.embark.tensor.Shape;
import java.util.List;
import java.util.Map;

/// Records to messages, fields by ascending number, map entries by key.
final class MlModelWriter {
  private static final long PROGRAM_VERSION = 1;

  private MlModelWriter() {}

  static OutgoingMessage message(MlModel model) {
    return new OutgoingMessage()
        .number(MlProto.Model.SPECIFICATION_VERSION, model.specificationVersion())
        .message(MlProto.Model.DESCRIPTION, description(model.description()))
        .message(MlProto.Model.ML_PROGRAM, program(model.functions()));
  }

  private static OutgoingMessage description(MlModel.Description description) {
    var message = new OutgoingMessage();
    var main = description.main();
    main.inputs()
        .forEach(
            each -> message.message(MlProto.ModelDescription.INPUT, feature(each, array(each))));
    main.outputs()
        .forEach(
            each -> message.message(MlProto.ModelDescription.OUTPUT, feature(each, array(each))));
    main.states()
        .forEach(
            each -> message.message(MlProto.ModelDescription.STATE, feature(each, state(each))));
    for (var function : description.functions()) {
      message.message(MlProto.ModelDescription.FUNCTIONS, function(function));
    }
    message.textIfAny(
        MlProto.ModelDescription.DEFAULT_FUNCTION_NAME, description.defaultFunction());
    if (!description.metadata().equals(Metadata.none())) {
      message.message(MlProto.ModelDescription.METADATA, metadata(description.metadata()));
    }
    return message;
  }

  private static OutgoingMessage function(MlModel.Described function) {
    var message = new OutgoingMessage().text(MlProto.FunctionDescription.NAME, function.name());
    var signature = function.signature();
    signature
        .inputs()
        .forEach(
            each -> message.message(MlProto.FunctionDescription.INPUT, feature(each, array(each))));
    signature
        .outputs()
        .forEach(each ->
            message.message(MlProto.FunctionDescription.OUTPUT, feature(each, array(each))));
    signature
        .states()
        .forEach(
            each -> message.message(MlProto.FunctionDescription.STATE, feature(each, state(each))));
    return message;
  }

  private static OutgoingMessage metadata(Metadata metadata) {
    var message =
        new OutgoingMessage()
            .textIfAny(MlProto.MetadataFields.SHORT_DESCRIPTION, metadata.shortDescription())
            .textIfAny(MlProto.MetadataFields.VERSION, metadata.version())
            .textIfAny(MlProto.MetadataFields.AUTHOR, metadata.author())
            .textIfAny(MlProto.MetadataFields.LICENSE, metadata.license());
    metadata
        .userDefined()
        .forEach((key, value) ->
            message.message(
                MlProto.MetadataFields.USER_DEFINED,
                new OutgoingMessage()
                    .text(MlProto.Entry.KEY, key)
                    .text(MlProto.Entry.VALUE, value)));
    return message;
  }

  private static OutgoingMessage feature(Feature feature, OutgoingMessage type) {
    return new OutgoingMessage()
        .text(MlProto.FeatureDescription.NAME, feature.name())
        .textIfAny(MlProto.FeatureDescription.SHORT_DESCRIPTION, feature.note())
        .message(MlProto.FeatureDescription.TYPE, type);
  }

  private static OutgoingMessage array(Feature feature) {
    return new OutgoingMessage().message(MlProto.FeatureType.MULTI_ARRAY, arrayType(feature));
  }

  private static OutgoingMessage state(Feature feature) {
    var wrapped =
        new OutgoingMessage().message(MlProto.FeatureType.STATE_ARRAY, arrayType(feature));
    return new OutgoingMessage().message(MlProto.FeatureType.STATE, wrapped);
  }

  private static OutgoingMessage arrayType(Feature feature) {
    var message = new OutgoingMessage();
    if (!feature.shape().isEmpty()) {
      message.numbers(MlProto.ArrayFeatureType.SHAPE, feature.shape());
    }
    return message.number(MlProto.ArrayFeatureType.DATA_TYPE, feature.type().number());
  }

  private static OutgoingMessage program(Map<String, MilFunction> functions) {
    var message = new OutgoingMessage().number(MlProto.Program.VERSION, PROGRAM_VERSION);
    functions.forEach((name, function) ->
        message.message(MlProto.Program.FUNCTIONS, entry(name, function(function))));
    return message;
  }

  private static OutgoingMessage entry(String key, OutgoingMessage value) {
    return new OutgoingMessage().text(MlProto.Entry.KEY, key).message(MlProto.Entry.VALUE, value);
  }

  private static OutgoingMessage function(MilFunction function) {
    var message = new OutgoingMessage();
    function.inputs().forEach(each -> message.message(MlProto.Function.INPUTS, port(each)));
    message.text(MlProto.Function.OPSET, function.opset());
    var block = new OutgoingMessage();
    function.outputs().forEach(each -> block.text(MlProto.Block.OUTPUTS, each));
    function.operations().forEach(each -> block.message(MlProto.Block.OPERATIONS, operation(each)));
    return message.message(MlProto.Function.BLOCK_SPECIALIZATIONS, entry(function.opset(), block));
  }

  private static OutgoingMessage operation(MilOperation operation) {
    var message = new OutgoingMessage().text(MlProto.Operation.TYPE, operation.type());
    operation
        .inputs()
        .forEach((parameter, bindings) ->
            message.message(MlProto.Operation.INPUTS, entry(parameter, argument(bindings))));
    operation.outputs().forEach(each -> message.message(MlProto.Operation.OUTPUTS, port(each)));
    operation
        .attributes()
        .forEach((name, value) ->
            message.message(MlProto.Operation.ATTRIBUTES, entry(name, value(value))));
    return message;
  }

  private static OutgoingMessage argument(List<Binding> bindings) {
    var message = new OutgoingMessage();
    for (var binding : bindings) {
      message.message(
          MlProto.Argument.ARGUMENTS,
          switch (binding) {
            case Binding.Name(var name) -> new OutgoingMessage().text(MlProto.Argument.NAME, name);
            case Binding.Inline(var value) ->
                new OutgoingMessage().message(MlProto.Argument.VALUE, value(value));
          });
    }
    return message;
  }

  private static OutgoingMessage port(MilPort port) {
    var tensor = type(port.type(), port.shape());
    return new OutgoingMessage()
        .text(MlProto.NamedValueType.NAME, port.name())
        .message(
            MlProto.NamedValueType.TYPE,
            switch (port.kind()) {
              case TENSOR -> tensor;
              case STATE ->
                  new OutgoingMessage()
                      .message(
                          MlProto.ValueType.STATE,
                          new OutgoingMessage().message(MlProto.ValueType.STATE_WRAPPED, tensor));
            });
  }

  private static OutgoingMessage type(MilType type, Shape shape) {
    var tensor = new OutgoingMessage().number(MlProto.TensorType.DATA_TYPE, type.number());
    if (shape.rank() > 0) {
      tensor.number(MlProto.TensorType.RANK, shape.rank());
    }
    for (long size : shape.sizes()) {
      var constant = new OutgoingMessage().number(MlProto.TensorType.SIZE, size);
      tensor.message(
          MlProto.TensorType.DIMENSIONS,
          new OutgoingMessage().message(MlProto.TensorType.CONSTANT, constant));
    }
    return new OutgoingMessage().message(MlProto.ValueType.TENSOR, tensor);
  }

  static OutgoingMessage value(MilValue value) {
    var message =
        new OutgoingMessage().message(MlProto.Value.TYPE, type(value.type(), value.shape()));
    return switch (value.content()) {
      case MilValue.Blob(var file, var offset) ->
          message.message(
              MlProto.Value.BLOB_FILE,
              new OutgoingMessage()
                  .text(MlProto.Value.FILE_NAME, file)
                  .number(MlProto.Value.OFFSET, offset));
      case MilValue.Reals(var reals) ->
          immediate(
              message,
              MlProto.TensorValue.FLOATS,
              new OutgoingMessage().reals(MlProto.TensorValue.VALUES, reals));
      case MilValue.Integers(var integers) ->
          immediate(
              message,
              MlProto.TensorValue.INTS,
              new OutgoingMessage().numbers(MlProto.TensorValue.VALUES, integers));
      case MilValue.Truths(var truths) -> {
        var numbers = truths.stream().map(truth -> truth ? 1L : 0L).toList();
        yield immediate(
            message,
            MlProto.TensorValue.BOOLS,
            new OutgoingMessage().numbers(MlProto.TensorValue.VALUES, numbers));
      }
      case MilValue.Texts(var texts) -> {
        var values = new OutgoingMessage();
        texts.forEach(text -> values.text(MlProto.TensorValue.VALUES, text));
        yield immediate(message, MlProto.TensorValue.STRINGS, values);
      }
      case MilValue.Raw(var bytes) -> {
        var packed = new byte[bytes.size()];
        for (int i = 0; i < packed.length; i++) {
          packed[i] = bytes.get(i);
        }
        yield immediate(
            message,
            MlProto.TensorValue.BYTES,
            new OutgoingMessage().bytes(MlProto.TensorValue.VALUES, packed));
      }
    };
  }

  private static OutgoingMessage immediate(
      OutgoingMessage message, int field, OutgoingMessage values) {
    var tensor = new OutgoingMessage().message(field, values);
    return message.message(
        MlProto.Value.IMMEDIATE, new OutgoingMessage().message(MlProto.Value.TENSOR, tensor));
  }
}
