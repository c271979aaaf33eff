"""Writes dense.bin: the dense layer of testdata/checkpoint/bert-cls-dense as torch.save does."""

from pathlib import Path

import safetensors.torch
import torch

HERE = Path(__file__).parent
DENSE = HERE.parents[4] / "testdata/checkpoint/bert-cls-dense/2_Dense/model.safetensors"

torch.save(safetensors.torch.load_file(DENSE), HERE / "dense.bin")
