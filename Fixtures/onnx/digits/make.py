#!/usr/bin/env python3
"""Makes the digits fixtures: two small data sets and three small networks, one for each kind of chip.

    python3 make.py --digits PATH/sklearn/datasets/data/digits.csv.gz

Writes digits.npz (8x8), digits-4x4.npz (pooled), dense.onnx, dense16.onnx, conv.onnx beside this file and
prints the numbers PROVENANCE.md quotes. Needs torch, numpy, onnx and onnxruntime.

    python3 make.py --digits … --widths 80x56,224x160 --output FOLDER

writes dense networks of other widths, made alike, into a folder: FOLDER/dense-80x56.onnx, …

Samples are bytes: the digits' 0..16 times 15. Input of every network: float32, byte / 255.
"""
import argparse
import gzip
import hashlib
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = 20261123
HERE = Path(__file__).resolve().parent
TRAIN = 1437  # the rest, 360 samples of other writers' pages, is for testing


def load(path):
    rows = np.loadtxt(gzip.open(path, "rt"), delimiter=",")
    pixels = (rows[:, :64] * 15).astype(np.uint8).reshape(-1, 8, 8)
    return pixels, rows[:, 64].astype(np.uint8)


def save(name, x, y):
    np.savez_compressed(HERE / name, x=x[:TRAIN], y=y[:TRAIN], x_test=x[TRAIN:], y_test=y[TRAIN:])


def train(model, x, y, epochs):
    generator = torch.Generator().manual_seed(SEED)
    optimiser = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
    for _ in range(epochs):
        model.train()
        order = torch.randperm(TRAIN, generator=generator)
        for start in range(0, TRAIN, 48):
            pick = order[start:start + 48]
            loss = F.cross_entropy(model(x[pick]), y[pick], label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            with torch.no_grad():
                for m in model:
                    if isinstance(m, nn.BatchNorm2d):
                        m.weight.clamp_(min=0.01)
        schedule.step()
    model.eval()


def export(name, model, x, y):
    import onnxruntime
    path = HERE / name  # absolute names stay what they are
    shape = list(x.shape[1:])
    torch.onnx.export(model, (torch.zeros(1, *shape),), str(path), dynamo=False, opset_version=13,
                      do_constant_folding=False, training=torch.onnx.TrainingMode.PRESERVE,
                      input_names=["input"], output_names=["logits"],
                      dynamic_axes={"input": {0: "N"}, "logits": {0: "N"}})
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    logits = session.run(None, {"input": x[TRAIN:].numpy()})[0]
    right = int((logits.argmax(1) == y[TRAIN:].numpy()).sum())
    print(f"{name}: {right} of {len(logits)} test samples, {path.stat().st_size} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--digits", required=True)
    parser.add_argument("--widths", help="dense networks of these widths instead, as 80x56,224x160")
    parser.add_argument("--output", type=Path, help="folder for those")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    pixels, labels = load(arguments.digits)
    small = pixels.reshape(-1, 4, 2, 4, 2).astype(np.uint16).mean((2, 4)).round().astype(np.uint8)
    if not arguments.widths:
        save("digits.npz", pixels[:, None], labels)
        save("digits-4x4.npz", small[:, None], labels)

    x = torch.from_numpy(pixels).float().div(255)[:, None]
    x16 = torch.from_numpy(small).float().div(255)[:, None]
    y = torch.from_numpy(labels).long()

    def dense(inputs, first, second):
        return nn.Sequential(nn.Flatten(), nn.Linear(inputs, first), nn.ReLU(),
                             nn.Linear(first, second), nn.ReLU(), nn.Linear(second, 10))

    def conv():
        return nn.Sequential(nn.Conv2d(1, 12, 3, padding=1), nn.BatchNorm2d(12), nn.ReLU(), nn.AvgPool2d(2),
                             nn.Conv2d(12, 24, 3, padding=1), nn.BatchNorm2d(24), nn.ReLU(), nn.AvgPool2d(2),
                             nn.Flatten(), nn.Linear(96, 10))

    if arguments.widths:
        for widths in arguments.widths.split(","):
            torch.manual_seed(SEED)
            model = dense(64, *map(int, widths.split("x")))
            train(model, x, y, 30)
            export((arguments.output / f"dense-{widths}.onnx").resolve(), model, x, y)
        return
    for name, make, data, epochs in [("dense.onnx", lambda: dense(64, 112, 80), x, 30),
                                     ("dense16.onnx", lambda: dense(16, 96, 48), x16, 60),
                                     ("conv.onnx", conv, x, 30)]:
        torch.manual_seed(SEED)
        model = make()
        train(model, data, y, epochs)
        export(name, model, data, y)
    for path in sorted(list(HERE.glob("*.onnx")) + list(HERE.glob("*.npz"))):
        print(hashlib.sha256(path.read_bytes()).hexdigest(), path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
