"""Writes the PyTorch files beside it with the reference implementation."""

import collections
import os
from pathlib import Path

import torch

HERE = Path(__file__).parent
VALUES = {
    "f64": (torch.float64, [1.5, -2.25]),
    "f32": (torch.float32, [1.5, -2.25]),
    "f16": (torch.float16, [0.5, -65504]),
    "bf16": (torch.bfloat16, [1, -2]),
    "i64": (torch.int64, [1 << 40, -1]),
    "i32": (torch.int32, [1 << 20, -1]),
    "i16": (torch.int16, [1 << 10, -1]),
    "i8": (torch.int8, [100, -1]),
    "u8": (torch.uint8, [200, 255]),
    "bool": (torch.bool, [True, False]),
}


def save(value, name, **options):
    torch.save(value, HERE / name, **options)


every = collections.OrderedDict((name, torch.tensor(v, dtype=t)) for name, (t, v) in VALUES.items())
every["matrix"] = torch.arange(6, dtype=torch.float32).reshape(2, 3)
every["scalar"] = torch.tensor(7.0)
every["empty"] = torch.zeros(0, 4)
every["parameter"] = torch.nn.Parameter(torch.tensor([3.0, 4.0]))

whole = torch.arange(12, dtype=torch.float32).reshape(4, 3)
shared = {"whole": whole, "again": whole, "rows": whole[1:3], "last": whole[3], "thin": whole[:1].T}

for layout, options in {
    "zip": {},
    "sequence": {"_use_new_zipfile_serialization": False},
}.items():
    save(every, f"every-type-{layout}.bin", **options)
    save(shared, f"shared-{layout}.bin", **options)
    save({"transposed": whole.T}, f"transposed-{layout}.bin", **options)

linear = torch.nn.Linear(3, 2)
linear.load_state_dict({"weight": whole[:2].clone(), "bias": torch.tensor([0.5, -0.5])})
optimizer = torch.optim.AdamW(linear.parameters())
linear(torch.ones(1, 3)).sum().backward()
optimizer.step()
training = {
    "epoch": 3,
    "loss": 0.25,
    "dtype": torch.float32,
    "state_dict": linear.state_dict(),
    "optimizer": optimizer.state_dict(),
}
linear.load_state_dict({"weight": whole[:2].clone(), "bias": torch.tensor([0.5, -0.5])})
save(training, "training-zip.bin")
save(training, "training-sequence.bin", _use_new_zipfile_serialization=False)

save(linear.state_dict(), "protocol4.bin", pickle_protocol=4)
save(linear.state_dict(), "protocol4-sequence.bin", pickle_protocol=4, _use_new_zipfile_serialization=False)
save({"float8": torch.tensor([1.0]).to(torch.float8_e4m3fn)}, "float8.bin")
save(linear, "module.bin")
save([torch.tensor([1.0])], "list.bin")
save({"weight": torch.tensor([1.0]), "epoch": 3}, "mixed.bin")
torch.jit.save(torch.jit.script(torch.nn.ReLU()), HERE / "script.bin")


class Attack:
    def __reduce__(self):
        return os.system, ("echo attacked",)


save({"weight": torch.tensor([1.0]), "x": Attack()}, "attack-zip.bin")
save({"x": Attack()}, "attack-sequence.bin", _use_new_zipfile_serialization=False)
