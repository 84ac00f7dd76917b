#!/usr/bin/env python3
"""Runs a deployed network in Intel's Lava on test images and compares every prediction with sfconv's.

    sfconv eval DIR/model.sfb --data fashion-mnist --test-samples 50 --predictions predictions.csv
    python check_deployed.py DIR/loihi2/NAME.net t10k-images-idx3-ubyte.gz predictions.csv

NAME.run.json beside the network says how to run it. As many images are run as the CSV has lines;
they are streamed in one go, each layer being reset when the first spikes of an image arrive.
Needs the environment of Scripts/setup-vendors.sh. Exit status 0 where all predictions are equal.
"""
import csv
import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np


def main(network, images, predictions):
    run = json.loads(Path(network).with_suffix("").with_suffix(".run.json").read_text())
    with open(predictions) as file:
        ours = [int(row["prediction"]) for row in csv.DictReader(file)]
    steps, layers, shape = run["time_steps"], run["layers"], run["input_shape"]
    raw = gzip.open(images).read()[16:]
    size = int(np.prod(shape))
    pixels = np.frombuffer(raw, np.uint8)[: len(ours) * size].astype(np.int32) >> run["input_shift"]
    columns = np.repeat(pixels.reshape(len(ours), 1, *shape), steps, axis=1)
    columns = np.moveaxis(columns.reshape(len(ours) * steps, *shape), 0, -1)
    if len(shape) == 3:
        columns = columns.transpose(2, 1, 0, 3)  # C, H, W, T as Lava's W, H, C, T
    with tempfile.TemporaryDirectory() as folder:
        spikes, out, state = (f"{folder}/{name}" for name in ("spikes.npy", "out.npy", "state.npz"))
        np.save(spikes, columns)
        subprocess.check_call([
            sys.executable, str(Path(__file__).with_name("run_lava.py")), network, spikes,
            "--out", out, "--state", state, "--per-step-state", "--layers", str(layers - 1),
            "--message-bits", str(run["input_message_bits"]),
            "--steps", str(len(ours) * steps + layers),
            "--reset-interval", str(run["reset_interval"]),
            "--reset-offset", str(run["reset_offset"]),
        ])
        potentials = np.load(state)[f"v{layers - 1}"]
    lava = [int(np.argmax(potentials[(n + 1) * steps + layers - 1])) for n in range(len(ours))]
    equal = sum(first == second for first, second in zip(lava, ours))
    print(f"{equal} of {len(ours)} predictions equal")
    return 0 if equal == len(ours) else 1


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
