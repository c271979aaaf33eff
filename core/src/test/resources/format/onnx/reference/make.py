"""Writes every-form.onnx with the reference library."""

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

LISTED = [
    ("f32", TensorProto.FLOAT, [1.5, -2.5]),
    ("f64", TensorProto.DOUBLE, [1.5, -2.5]),
    ("f16", TensorProto.FLOAT16, [0.5, -65504]),
    ("bf16", TensorProto.BFLOAT16, [1, -2]),
    ("i64", TensorProto.INT64, [1 << 40, -1]),
    ("i32", TensorProto.INT32, [1 << 20, -1]),
    ("i16", TensorProto.INT16, [1 << 10, -1]),
    ("i8", TensorProto.INT8, [100, -1]),
    ("u8", TensorProto.UINT8, [200, 255]),
    ("bool", TensorProto.BOOL, [True, False]),
]
initializers = [helper.make_tensor(f"listed.{name}", kind, [2], v) for name, kind, v in LISTED]
initializers += [
    numpy_helper.from_array(numpy_helper.to_array(tensor), tensor.name.replace("listed", "raw"))
    for tensor in initializers
]
initializers.append(helper.make_tensor("scalar", TensorProto.FLOAT, [], [7]))
initializers.append(helper.make_tensor("empty", TensorProto.INT64, [0], []))

branch = helper.make_graph(
    [helper.make_node("Identity", ["x"], ["z"])],
    "branch",
    [],
    [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)],
)
nodes = [
    helper.make_node(
        "Everything",
        ["x", "", "raw.f32"],
        ["y"],
        name="all",
        domain="com.example",
        float=0.5,
        floats=[0.5, -1.5],
        graph=branch,
        int=-3,
        ints=[1, -2, 1 << 40],
        string="grüße",
        strings=["a", "b"],
        tensor=helper.make_tensor("", TensorProto.INT64, [2], [4, 5]),
        texts=helper.make_tensor("", TensorProto.STRING, [1], [b"a"]),
    ),
    helper.make_node("Identity", ["y"], ["out"], domain="ai.onnx"),
]
graph = helper.make_graph(
    nodes,
    "everything",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", None, 3])],
    [helper.make_tensor_value_info("out", TensorProto.FLOAT16, [])],
    initializers,
    doc_string="skipped",
)
model = helper.make_model(
    graph,
    ir_version=8,
    producer_name="make.py",
    producer_version="1",
    opset_imports=[helper.make_opsetid("ai.onnx", 17), helper.make_opsetid("com.example", 1)],
)
helper.set_model_props(model, {"key": "value"})
onnx.save(model, "every-form.onnx")
