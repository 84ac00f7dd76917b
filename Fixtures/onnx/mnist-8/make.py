#!/usr/bin/env python3
"""Writes expected.json: what onnxruntime computes with model.onnx for the first 8 MNIST test images.

    python3 make.py [--model model.onnx] [--data DIR]

model.onnx is the ONNX Model Zoo's mnist-8, as in the PyPI wheel qonnx 1.0.0 (qonnx/data/onnx/mnist-conv/model.onnx).
DIR holds t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz. Input: float32 [1,1,28,28], pixels 0..255 as they
are, one image at a time (the model fixes the batch at 1). Needs onnx, onnxruntime, numpy.
"""
import argparse
import gzip
import hashlib
import json
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

HERE = Path(__file__).resolve().parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--model", default=HERE / "model.onnx", type=Path)
parser.add_argument("--data", default=Path("."), type=Path)
arguments = parser.parse_args()

images = gzip.decompress((arguments.data / "t10k-images-idx3-ubyte.gz").read_bytes())
images = np.frombuffer(images, np.uint8, offset=16).reshape(-1, 1, 1, 28, 28).astype(np.float32)
labels = np.frombuffer(gzip.decompress((arguments.data / "t10k-labels-idx1-ubyte.gz").read_bytes()), np.uint8, offset=8)

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
options.log_severity_level = 3
session = onnxruntime.InferenceSession(str(arguments.model), options, providers=["CPUExecutionProvider"])
name = session.get_inputs()[0].name
logits = np.concatenate([session.run(None, {name: x})[0] for x in images])

model = onnx.load(str(arguments.model))
(HERE / "expected.json").write_text(json.dumps({
    "model": "mnist-8 (ONNX Model Zoo)",
    "sha256": hashlib.sha256(arguments.model.read_bytes()).hexdigest(),
    "oracle": f"onnxruntime {onnxruntime.__version__}, CPU, graph optimisations off",
    "opset": model.opset_import[0].version,
    "nodes": dict(sorted(Counter(n.op_type for n in model.graph.node).items())),
    "input": name,
    "output": session.get_outputs()[0].name,
    "inputShape": [1, 1, 28, 28],
    "outputShape": [1, 10],
    "inputValues": "pixel 0..255 as float32, nothing subtracted or divided",
    "testImages": len(images),
    "testCorrect": int((logits.argmax(1) == labels).sum()),
    "testAccuracy": round(float((logits.argmax(1) == labels).mean()), 4),
    "labels": labels[:8].tolist(),
    "logits": [[round(float(v), 6) for v in row] for row in logits[:8]],
}, indent=1) + "\n")
