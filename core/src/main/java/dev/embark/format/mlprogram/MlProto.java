package dev.embark.format.mlprogram;

/// Field numbers of the messages (`Model.proto`, `FeatureTypes.proto`, `MIL.proto` in
/// <https://github.com/apple/coremltools/tree/main/mlmodel/format>).
final class MlProto {
  private MlProto() {}

  /// Map entries of every kind.
  static final class Entry {
    static final int KEY = 1;
    static final int VALUE = 2;

    private Entry() {}
  }

  static final class Model {
    static final int SPECIFICATION_VERSION = 1;
    static final int DESCRIPTION = 2;
    static final int ML_PROGRAM = 502;

    private Model() {}
  }

  static final class ModelDescription {
    static final int INPUT = 1;
    static final int OUTPUT = 10;
    static final int STATE = 13;
    static final int FUNCTIONS = 20;
    static final int DEFAULT_FUNCTION_NAME = 21;
    static final int METADATA = 100;

    private ModelDescription() {}
  }

  static final class FunctionDescription {
    static final int NAME = 1;
    static final int INPUT = 2;
    static final int OUTPUT = 3;
    static final int STATE = 6;

    private FunctionDescription() {}
  }

  static final class MetadataFields {
    static final int SHORT_DESCRIPTION = 1;
    static final int VERSION = 2;
    static final int AUTHOR = 3;
    static final int LICENSE = 4;
    static final int USER_DEFINED = 100;

    private MetadataFields() {}
  }

  static final class FeatureDescription {
    static final int NAME = 1;
    static final int SHORT_DESCRIPTION = 2;
    static final int TYPE = 3;

    private FeatureDescription() {}
  }

  static final class FeatureType {
    static final int MULTI_ARRAY = 5;
    static final int STATE = 8;
    static final int STATE_ARRAY = 1;

    private FeatureType() {}
  }

  static final class ArrayFeatureType {
    static final int SHAPE = 1;
    static final int DATA_TYPE = 2;

    private ArrayFeatureType() {}
  }

  static final class Program {
    static final int VERSION = 1;
    static final int FUNCTIONS = 2;
    static final int ATTRIBUTES = 4;

    private Program() {}
  }

  static final class Function {
    static final int INPUTS = 1;
    static final int OPSET = 2;
    static final int BLOCK_SPECIALIZATIONS = 3;

    private Function() {}
  }

  static final class Block {
    static final int OUTPUTS = 2;
    static final int OPERATIONS = 3;

    private Block() {}
  }

  static final class Operation {
    static final int TYPE = 1;
    static final int INPUTS = 2;
    static final int OUTPUTS = 3;
    static final int ATTRIBUTES = 5;

    private Operation() {}
  }

  static final class Argument {
    static final int ARGUMENTS = 1;
    static final int NAME = 1;
    static final int VALUE = 2;

    private Argument() {}
  }

  static final class NamedValueType {
    static final int NAME = 1;
    static final int TYPE = 2;

    private NamedValueType() {}
  }

  static final class ValueType {
    static final int TENSOR = 1;
    static final int STATE = 5;
    static final int STATE_WRAPPED = 1;

    private ValueType() {}
  }

  static final class TensorType {
    static final int DATA_TYPE = 1;
    static final int RANK = 2;
    static final int DIMENSIONS = 3;
    static final int CONSTANT = 1;
    static final int SIZE = 1;

    private TensorType() {}
  }

  static final class Value {
    static final int TYPE = 2;
    static final int IMMEDIATE = 3;
    static final int BLOB_FILE = 5;
    static final int TENSOR = 1;
    static final int FILE_NAME = 1;
    static final int OFFSET = 2;

    private Value() {}
  }

  static final class TensorValue {
    static final int FLOATS = 1;
    static final int INTS = 2;
    static final int BOOLS = 3;
    static final int STRINGS = 4;
    static final int BYTES = 7;
    static final int VALUES = 1;

    private TensorValue() {}
  }
}
