package dev.embark.format.onnx;

import dev.embark.format.onnx.OnnxProto.GraphProto;
import dev.embark.format.onnx.OnnxProto.ModelProto;
import dev.embark.format.onnx.OnnxProto.NodeProto;
import dev.embark.format.onnx.OnnxProto.OperatorSetIdProto;
import dev.embark.format.onnx.OnnxProto.StringStringEntryProto;
import dev.embark.format.onnx.OnnxProto.TensorShapeProto;
import dev.embark.format.onnx.OnnxProto.TypeProto;
import dev.embark.format.onnx.OnnxProto.ValueInfoProto;
import dev.embark.format.protobuf.IncomingMessage;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Dim;
import dev.embark.tensor.Shape;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/// Messages to records; fields that Embark has no use for are skipped unseen.
final class OnnxReader {
  /// Names, nodes and numbers of the largest public models take some tens of megabytes.
  private static final long HEAP_BYTES_MAX = 512L << 20;

  private static final String STANDARD_DOMAIN = "ai.onnx";

  private final Path file;
  private final Tensors tensors;

  OnnxReader(Path file, Arena arena) {
    this.file = file;
    this.tensors = new Tensors(file, arena);
  }

  OnnxModel read() {
    return model(IncomingMessage.of(tensors.modelFile(), file, HEAP_BYTES_MAX));
  }

  /// Returns where the constants lie, by their names; those that are spelt out as lists are not
  /// among them.
  Map<String, OnnxContent.Elsewhere> places() {
    var places = new HashMap<String, OnnxContent.Elsewhere>();
    for (var initializer : read().graph().initializers()) {
      if (initializer.content() instanceof OnnxContent.Stored(var tensor)) {
        tensors.place(tensor).ifPresent(place -> places.put(initializer.name(), place));
      }
    }
    return places;
  }

  private OnnxModel model(IncomingMessage message) {
    long irVersion = 0;
    var opsets = new TreeMap<String, Long>();
    var producerName = "";
    var producerVersion = "";
    var metadata = new TreeMap<String, String>();
    var graph = Optional.<OnnxGraph>empty();
    while (message.next()) {
      switch (message.field()) {
        case ModelProto.IR_VERSION -> irVersion = message.number();
        case ModelProto.PRODUCER_NAME -> producerName = message.text();
        case ModelProto.PRODUCER_VERSION -> producerVersion = message.text();
        case ModelProto.GRAPH -> {
          if (graph.isPresent()) {
            throw message.malformed("a second graph starts");
          }
          graph = Optional.of(graph(message.message()));
        }
        case ModelProto.OPSET_IMPORT -> opset(message.message(), opsets);
        case ModelProto.METADATA_PROPS -> entry(message.message(), metadata::put);
        default -> {}
      }
    }
    if (graph.isEmpty() || irVersion < 1) {
      throw new Problem(
          Category.BAD_INPUT,
          file + (graph.isEmpty() ? " holds no graph." : " has IR version " + irVersion + "."),
          "It is empty, or no ONNX model.",
          "Fetch or export the file again.");
    }
    return new OnnxModel(irVersion, opsets, producerName, producerVersion, metadata, graph.get());
  }

  private static void opset(IncomingMessage message, Map<String, Long> opsets) {
    var domain = "";
    long version = 0;
    while (message.next()) {
      switch (message.field()) {
        case OperatorSetIdProto.DOMAIN -> domain = domain(message);
        case OperatorSetIdProto.VERSION -> version = message.number();
        default -> {}
      }
    }
    if (opsets.put(domain, version) != null) {
      throw message.malformed("operator set \"" + domain + "\" is imported twice");
    }
  }

  /// Reads a domain; the standard one has two spellings.
  private static String domain(IncomingMessage message) {
    var domain = message.text();
    return domain.equals(STANDARD_DOMAIN) ? "" : domain;
  }

  static void entry(IncomingMessage message, BiConsumer<String, String> entries) {
    var key = "";
    var value = "";
    while (message.next()) {
      switch (message.field()) {
        case StringStringEntryProto.KEY -> key = message.text();
        case StringStringEntryProto.VALUE -> value = message.text();
        default -> {}
      }
    }
    entries.accept(key, value);
  }

  private OnnxGraph graph(IncomingMessage message) {
    var name = "";
    var inputs = new ArrayList<OnnxValue>();
    var outputs = new ArrayList<OnnxValue>();
    var nodes = new ArrayList<OnnxNode>();
    var initializers = new ArrayList<OnnxInitializer>();
    var names = new HashSet<String>();
    while (message.next()) {
      switch (message.field()) {
        case GraphProto.NODE -> nodes.add(node(message.message()));
        case GraphProto.NAME -> name = message.text();
        case GraphProto.INITIALIZER -> {
          var initializer = initializer(message.message());
          if (!names.add(initializer.name())) {
            throw message.malformed(
                "a second initializer is called \"" + initializer.name() + "\"");
          }
          initializers.add(initializer);
        }
        case GraphProto.INPUT -> inputs.add(value(message.message()));
        case GraphProto.OUTPUT -> outputs.add(value(message.message()));
        case GraphProto.SPARSE_INITIALIZER -> throw unsupported("a sparse initializer");
        default -> {}
      }
    }
    return new OnnxGraph(name, inputs, outputs, nodes, initializers);
  }

  private OnnxNode node(IncomingMessage message) {
    var opType = "";
    var domain = "";
    var name = "";
    var inputs = new ArrayList<String>();
    var outputs = new ArrayList<String>();
    var attributes = new ArrayList<OnnxAttribute>();
    while (message.next()) {
      switch (message.field()) {
        case NodeProto.INPUT -> inputs.add(message.text());
        case NodeProto.OUTPUT -> outputs.add(message.text());
        case NodeProto.NAME -> name = message.text();
        case NodeProto.OP_TYPE -> opType = message.text();
        case NodeProto.ATTRIBUTE ->
            attributes.add(AttributeReader.read(message.message(), tensors));
        case NodeProto.DOMAIN -> domain = domain(message);
        default -> {}
      }
    }
    if (opType.isEmpty()) {
      throw message.malformed("node \"" + name + "\" has no op_type");
    }
    return new OnnxNode(opType, domain, name, inputs, outputs, attributes);
  }

  private OnnxInitializer initializer(IncomingMessage message) {
    var reader = new TensorReader(message, tensors);
    if (reader.name().isEmpty()) {
      throw message.malformed("an initializer has no name");
    }
    var tensor = reader.tensor("initializer \"" + reader.name() + "\"");
    return new OnnxInitializer(reader.name(), new OnnxContent.Stored(tensor));
  }

  private OnnxValue value(IncomingMessage message) {
    var name = "";
    var type = Optional.<IncomingMessage>empty();
    while (message.next()) {
      switch (message.field()) {
        case ValueInfoProto.NAME -> name = message.text();
        case ValueInfoProto.TYPE -> type = Optional.of(message.message());
        default -> {}
      }
    }
    var owner = name;
    return type.flatMap(each -> tensorType(owner, each))
        .orElseThrow(() -> unsupported("value \"" + owner + "\", which is no tensor"));
  }

  private Optional<OnnxValue> tensorType(String name, IncomingMessage type) {
    var value = Optional.<OnnxValue>empty();
    while (type.next()) {
      if (type.field() == TypeProto.TENSOR_TYPE) {
        value = Optional.of(tensorValue(name, type.message()));
      }
    }
    return value;
  }

  private OnnxValue tensorValue(String name, IncomingMessage message) {
    long number = 0;
    var shape = Optional.<Shape>empty();
    while (message.next()) {
      switch (message.field()) {
        case TypeProto.TENSOR_ELEM_TYPE -> number = message.number();
        case TypeProto.TENSOR_SHAPE -> shape = Optional.of(shape(name, message.message()));
        default -> {}
      }
    }
    var type = tensors.type(number, "value \"" + name + "\"");
    return new OnnxValue(
        name,
        type,
        shape.orElseThrow(() -> unsupported("value \"" + name + "\", which has no shape")));
  }

  private static Shape shape(String name, IncomingMessage message) {
    var dims = new ArrayList<Dim>();
    while (message.next()) {
      if (message.field() == TensorShapeProto.DIM) {
        dims.add(dim(name + "_dim_" + dims.size(), message.message()));
      }
    }
    return new Shape(dims);
  }

  /// Reads a dimension; one without size or name is of its own, so it gets a name of its own.
  private static Dim dim(String unknown, IncomingMessage message) {
    Dim dim = new Dim.Named(unknown);
    while (message.next()) {
      switch (message.field()) {
        case TensorShapeProto.DIM_VALUE -> {
          // Some exporters write -1 for a size that they do not know.
          if (message.number() >= 0) {
            dim = new Dim.Fixed(message.number());
          }
        }
        case TensorShapeProto.DIM_PARAM -> {
          var name = message.text();
          if (!name.isEmpty()) {
            dim = new Dim.Named(name);
          }
        }
        default -> {}
      }
    }
    return dim;
  }

  private Problem unsupported(String what) {
    return new Problem(
        Category.UNSUPPORTED,
        file + " has " + what + ".",
        "Embark reads models whose inputs, outputs and constants are dense tensors.",
        "");
  }
}
