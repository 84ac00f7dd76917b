#!/usr/bin/env python3
"""Trains the fashion-cnn fixture and exports it to ONNX.

    nice -n 5 python3 make.py [--data DIR] [--epochs N] [--threads N] [--export-only CHECKPOINT]

Writes model.onnx and expected.json beside this file, and prints the numbers PROVENANCE.md quotes.
DIR holds the four Fashion-MNIST idx files, gzipped (Debian: package dataset-fashion-mnist).
Needs torch, numpy, onnx and onnxruntime; the versions used are in PROVENANCE.md.

The network: Conv3x3 1->32, BN, ReLU, AvgPool2 - Conv3x3 32->64, BN, ReLU, AvgPool2 -
Conv3x3 64->64, BN, ReLU - Flatten - Linear 3136->10; --channels 64 64 128 makes a wider one.  Input: float32 [N,1,28,28], pixel / 255, nothing
subtracted.  Every BN gamma is kept at 0.01 or more during training, so that each BatchNormalization can be
folded into a positive threshold.  The BatchNormalization nodes stay separate nodes in the file.
"""
import argparse
import gzip
import hashlib
import json
import math
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = 20261123
HERE = Path(__file__).resolve().parent


def idx(path):
    raw = gzip.decompress(Path(path).read_bytes())
    dims = raw[3]
    shape = np.frombuffer(raw, ">u4", dims, 4).astype(int)
    return np.frombuffer(raw, np.uint8, -1, 4 + 4 * dims).reshape(shape)


def load(folder):
    folder = Path(folder)
    read = lambda name: torch.from_numpy(idx(folder / f"{name}.gz").copy())
    return ((read("train-images-idx3-ubyte"), read("train-labels-idx1-ubyte").long()),
            (read("t10k-images-idx3-ubyte"), read("t10k-labels-idx1-ubyte").long()))


def network(channels):
    a, b, c = channels
    return nn.Sequential(
        nn.Conv2d(1, a, 3, padding=1), nn.BatchNorm2d(a), nn.ReLU(), nn.AvgPool2d(2),
        nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(), nn.AvgPool2d(2),
        nn.Conv2d(b, c, 3, padding=1), nn.BatchNorm2d(c), nn.ReLU(),
        nn.Flatten(), nn.Linear(49 * c, 10))


def augment(x, generator):
    """Random horizontal flip, and a shift by -2..2 pixels in each direction, one draw per image."""
    n = x.shape[0]
    flip = torch.rand(n, generator=generator) < 0.5
    x = torch.where(flip[:, None, None, None], x.flip(3), x)
    padded = F.pad(x, (2, 2, 2, 2))
    dy = torch.randint(0, 5, (n, 1), generator=generator) + torch.arange(28)
    dx = torch.randint(0, 5, (n, 1), generator=generator) + torch.arange(28)
    return padded[torch.arange(n)[:, None, None], 0, dy[:, :, None], dx[:, None, :]].unsqueeze(1)


@torch.no_grad()
def accuracy(model, images, labels):
    model.eval()
    right = 0
    for i in range(0, len(images), 500):
        x = images[i:i + 500].unsqueeze(1).float() / 255
        right += int((model(x).argmax(1) == labels[i:i + 500]).sum())
    return right / len(images)


def train(model, data, test, epochs, batch=128, peak=3e-3, smoothing=0.05, decay=0.02, dropout=0.3):
    images, labels = data
    generator = torch.Generator().manual_seed(SEED)
    # Decoupled weight decay on the weights only; the head sees dropout in training (not part of the file).
    weights = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    optimiser = torch.optim.AdamW([{"params": weights, "weight_decay": decay},
                                   {"params": others, "weight_decay": 0.0}], lr=peak)
    steps = len(images) // batch
    total, warm, step = epochs * steps, steps // 2, 0
    gammas = [m.weight for m in model if isinstance(m, nn.BatchNorm2d)]
    body, head = model[:-1], model[-1]
    for epoch in range(epochs):
        model.train()
        order, started, lost = torch.randperm(len(images), generator=generator), time.time(), 0.0
        for b in range(steps):
            rate = peak * (step + 1) / warm if step < warm else \
                peak * 0.5 * (1 + math.cos(math.pi * (step - warm) / (total - warm)))
            for group in optimiser.param_groups:
                group["lr"] = rate
            pick = order[b * batch:(b + 1) * batch]
            x = augment(images[pick].unsqueeze(1).float() / 255, generator)
            logits = head(F.dropout(body(x), dropout))
            loss = F.cross_entropy(logits, labels[pick], label_smoothing=smoothing)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            with torch.no_grad():
                for gamma in gammas:
                    gamma.clamp_(min=0.01)
            lost += float(loss.detach())
            step += 1
        print(f"epoch {epoch + 1}/{epochs} loss {lost / steps:.4f} "
              f"test {100 * accuracy(model, *test):.2f} % {time.time() - started:.0f} s", flush=True)


def export(model, path):
    model.eval()
    torch.onnx.export(model, (torch.zeros(1, 1, 28, 28),), str(path), dynamo=False, opset_version=13,
                      export_params=True, do_constant_folding=False,
                      training=torch.onnx.TrainingMode.PRESERVE,
                      input_names=["input"], output_names=["logits"],
                      dynamic_axes={"input": {0: "N"}, "logits": {0: "N"}})


def describe(path, test):
    import onnx
    import onnxruntime
    graph = onnx.load(str(path))
    onnx.checker.check_model(graph, full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    images, labels = test
    x = images.numpy().reshape(-1, 1, 28, 28).astype(np.float32) / np.float32(255)
    logits = np.concatenate([session.run(None, {"input": x[i:i + 500]})[0] for i in range(0, len(x), 500)])
    statistics = {n.input[i] for n in graph.graph.node if n.op_type == "BatchNormalization" for i in (3, 4)}
    trained = sum(int(np.prod(t.dims)) for t in graph.graph.initializer if t.name not in statistics)
    counts = Counter(n.op_type for n in graph.graph.node)
    expected = {
        "nodes": dict(sorted(counts.items())),
        "opset": graph.opset_import[0].version,
        "inputShape": ["N", 1, 28, 28],
        "outputShape": ["N", 10],
        "parameters": trained,
        "runningStatistics": sum(int(np.prod(t.dims)) for t in graph.graph.initializer if t.name in statistics),
        "testImages": len(x),
        "testCorrect": int((logits.argmax(1) == labels.numpy()).sum()),
        "testAccuracy": round(float((logits.argmax(1) == labels.numpy()).mean()), 4),
        "labels": labels[:4].tolist(),
        "logits": [[round(float(v), 6) for v in row] for row in logits[:4]],
    }
    (path.parent / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    print(json.dumps({k: v for k, v in expected.items() if k != "logits"}))
    print(path.name, path.stat().st_size, "bytes, sha256", hashlib.sha256(path.read_bytes()).hexdigest())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--channels", type=int, nargs=3, default=[32, 64, 64])
    parser.add_argument("--output", type=Path, default=HERE, help="folder for model.onnx and expected.json")
    parser.add_argument("--checkpoint", help="also write the trained parameters to this file")
    parser.add_argument("--export-only", metavar="CHECKPOINT", help="skip training, export these parameters")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(SEED)
    data, test = load(arguments.data)
    model = network(arguments.channels)
    if arguments.export_only:
        model.load_state_dict(torch.load(arguments.export_only))
    else:
        train(model, data, test, arguments.epochs)
        if arguments.checkpoint:
            torch.save(model.state_dict(), arguments.checkpoint)
    export(model, arguments.output / "model.onnx")
    describe(arguments.output / "model.onnx", test)


if __name__ == "__main__":
    main()
