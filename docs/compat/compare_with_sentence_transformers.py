"""Opens a bundle in sentence-transformers (backend="onnx") and compares its vectors with those of `embark embed`.

    python compare_with_sentence_transformers.py BUNDLE TEXTS.jsonl VECTORS.npy

Prints the largest difference of a value, the smallest cosine, and PASS or FAIL; README.md beside this file says
which versions, and how VECTORS.npy is made.
"""

import json
import sys

import numpy as np
import sentence_transformers
import transformers
from sentence_transformers import SentenceTransformer

MAX_ABS = 1e-5


def main(bundle, texts_file, vectors_file):
    with open(texts_file, encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines if line.strip()]
    ours = np.load(vectors_file)
    model = SentenceTransformer(bundle, backend="onnx", local_files_only=True)
    theirs = model.encode(texts, convert_to_numpy=True)
    if ours.shape != theirs.shape:
        sys.exit(f"FAIL: our vectors have shape {ours.shape}, theirs {theirs.shape}")

    norms = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    cosines = np.sum(ours.astype(np.float64) * theirs, axis=1) / norms
    max_abs = float(np.max(np.abs(ours - theirs)))
    print(f"sentence-transformers {sentence_transformers.__version__}, transformers {transformers.__version__}")
    print(f"session: {type(model[0].auto_model).__name__}, pipeline: {[type(module).__name__ for module in model]}")
    print(f"texts: {len(texts)}, max abs: {max_abs:.3g}, smallest cosine: {cosines.min():.9f}")
    passed = max_abs <= MAX_ABS
    print("PASS" if passed else f"FAIL: allowed is {MAX_ABS:g}")
    return 0 if passed else 5


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
