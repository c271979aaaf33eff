"""Writes every-type.safetensors with the reference implementation."""

import numpy
import safetensors

ARRAYS = {
    "float64": numpy.array([1.5, -2.25], "<f8"),
    "float32": numpy.arange(1, 7, dtype="<f4").reshape(2, 3),
    "float16": numpy.array([0.5, -65504], "<f2"),
    "bfloat16": numpy.array([0x3F80, 0xC000], "<u2"),  # 1 and -2
    "int64": numpy.array([1 << 40, -1], "<i8"),
    "int32": numpy.array([1 << 20, -1], "<i4"),
    "int16": numpy.array([1 << 10, -1], "<i2"),
    "int8": numpy.array([100, -1], "i1"),
    "uint8": numpy.array([200, 255], "u1"),
    "bool": numpy.array([1, 0], "u1"),
}
named = {f"a.{dtype}": (dtype, array) for dtype, array in ARRAYS.items()}
named["scalar"] = ("float32", numpy.array(7, "<f4"))
named["empty"] = ("float32", numpy.zeros((0, 4), "<f4"))
specs = {
    name: safetensors.TensorSpec(
        dtype=dtype,
        shape=array.shape,
        data_ptr=array.ctypes.data,
        data_len=array.nbytes,
    )
    for name, (dtype, array) in named.items()
}
with open("every-type.safetensors", "wb") as file:
    file.write(safetensors.serialize(specs, {"format": "pt"}))
