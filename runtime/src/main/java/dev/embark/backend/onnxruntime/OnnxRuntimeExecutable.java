package dev.embark.backend.onnxruntime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.embark.backend.Executable;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// A session of ONNX Runtime.
final class OnnxRuntimeExecutable implements Executable {
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final List<Port> inputs;
  private final List<Port> outputs;

  OnnxRuntimeExecutable(OrtEnvironment environment, OrtSession session) throws OrtException {
    this.environment = environment;
    this.session = session;
    this.inputs = ports(session.getInputInfo().values());
    this.outputs = ports(session.getOutputInfo().values());
  }

  @Override
  public List<Port> inputs() {
    return inputs;
  }

  @Override
  public List<Port> outputs() {
    return outputs;
  }

  @Override
  public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    if (!names(this.inputs).equals(inputs.keySet())) {
      throw new IllegalArgumentException(
          "inputs are " + names(this.inputs) + ", given are " + inputs.keySet());
    }
    if (outputs.isEmpty() || !names(this.outputs).containsAll(outputs.keySet())) {
      throw new IllegalArgumentException(
          "outputs are " + names(this.outputs) + ", wanted are " + outputs.keySet());
    }
    var opened = new ArrayList<OnnxTensor>(inputs.size() + outputs.size());
    try {
      var given = open(inputs, opened);
      var wanted = open(outputs, opened);
      // The result owns none of the pinned outputs: they are closed below with the inputs.
      session.run(given, wanted).close();
    } catch (OrtException e) {
      throw new Problem(
          Category.BAD_INPUT,
          "ONNX Runtime cannot run the model on inputs of shape " + shapes(inputs) + ".",
          String.valueOf(e.getMessage()),
          "Check with `embark verify` that the bundle is intact.",
          e);
    } finally {
      opened.forEach(OnnxTensor::close);
    }
  }

  private Map<String, OnnxTensor> open(Map<String, Tensor> tensors, List<OnnxTensor> opened)
      throws OrtException {
    var views = new LinkedHashMap<String, OnnxTensor>();
    for (var entry : tensors.entrySet()) {
      OnnxTensor view = view(entry.getKey(), entry.getValue());
      opened.add(view);
      views.put(entry.getKey(), view);
    }
    return views;
  }

  /// Returns a tensor of ONNX Runtime on the same memory.
  private OnnxTensor view(String name, Tensor tensor) throws OrtException {
    Port.requireNative(name, tensor);
    ByteBuffer bytes = tensor.bytes().asByteBuffer().order(ByteOrder.nativeOrder());
    return OnnxTensor.createTensor(
        environment, bytes, tensor.shape().sizes(), javaType(tensor.type()));
  }

  private static List<Port> ports(Collection<NodeInfo> nodes) {
    var ports = new ArrayList<Port>();
    for (var node : nodes) {
      if (node.getInfo() instanceof TensorInfo info) {
        ports.add(new Port(node.getName(), elementType(node.getName(), info), shape(info)));
      } else {
        throw unsupported(node.getName(), node.getInfo().toString());
      }
    }
    return List.copyOf(ports);
  }

  private static Shape shape(TensorInfo info) {
    long[] sizes = info.getShape();
    String[] names = info.getDimensionNames();
    var dims = new ArrayList<Dim>(sizes.length);
    for (int axis = 0; axis < sizes.length; axis++) {
      if (sizes[axis] >= 0) {
        dims.add(new Dim.Fixed(sizes[axis]));
      } else {
        dims.add(new Dim.Named(names[axis].isEmpty() ? "dim" + axis : names[axis]));
      }
    }
    return new Shape(dims);
  }

  private static OnnxJavaType javaType(ElementType type) {
    return switch (type) {
      case F64 -> OnnxJavaType.DOUBLE;
      case F32 -> OnnxJavaType.FLOAT;
      case F16 -> OnnxJavaType.FLOAT16;
      case BF16 -> OnnxJavaType.BFLOAT16;
      case I64 -> OnnxJavaType.INT64;
      case I32 -> OnnxJavaType.INT32;
      case I16 -> OnnxJavaType.INT16;
      case I8 -> OnnxJavaType.INT8;
      case U8 -> OnnxJavaType.UINT8;
      case BOOL -> OnnxJavaType.BOOL;
      case I4, U4 -> throw new IllegalArgumentException("no port has elements of 4 bits");
    };
  }

  private static ElementType elementType(String name, TensorInfo info) {
    return switch (info.type) {
      case DOUBLE -> ElementType.F64;
      case FLOAT -> ElementType.F32;
      case FLOAT16 -> ElementType.F16;
      case BFLOAT16 -> ElementType.BF16;
      case INT64 -> ElementType.I64;
      case INT32 -> ElementType.I32;
      case INT16 -> ElementType.I16;
      case INT8 -> ElementType.I8;
      case UINT8 -> ElementType.U8;
      case BOOL -> ElementType.BOOL;
      case STRING, UNKNOWN -> throw unsupported(name, info.type.toString());
    };
  }

  private static Problem unsupported(String name, String type) {
    return new Problem(
        Category.UNSUPPORTED,
        "\"" + name + "\" of the model is " + type + "; Embark runs models on tensors of numbers.",
        "",
        "Convert the original checkpoint with Embark.");
  }

  private static Set<String> names(List<Port> ports) {
    return ports.stream().map(Port::name).collect(Collectors.toSet());
  }

  private static Map<String, Shape> shapes(Map<String, Tensor> tensors) {
    var shapes = new LinkedHashMap<String, Shape>();
    tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    return shapes;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot close a session", e);
    }
  }
}
