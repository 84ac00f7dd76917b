"""Samples and answers of the runners in this folder: raw bytes in, one CSV line per sample out."""
import csv

import numpy as np


def samples(path, count):
    """The first `count` test samples, raw bytes [count, C, H, W]."""
    with np.load(path) as archive:
        return archive["x_test"][:count]


def write(path, readouts, spikes=None):
    """index, prediction (the first of the largest), values of the read-out, and spikes of all neurons."""
    with open(path, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["index", "prediction", "readout"] + ([] if spikes is None else ["spikes"]))
        for index, row in enumerate(readouts):
            # Integers as such; NIR's readers give numbers with fractions.
            values = " ".join(str(int(v)) if float(v).is_integer() else repr(float(v)) for v in row)
            line = [index, int(np.argmax(row)), values]
            out.writerow(line if spikes is None else line + [int(spikes[index])])
