#!/usr/bin/env python3
"""Cuts the test recordings of an N-MNIST folder into columns of counts, as `sfconv eval` does.

    nmnist.py FOLDER STEPS MICROSECONDS BITS OUT.npz

FOLDER has *.bin and labels.tsv (columns file, label, split). Steps start with the first event of each recording;
channel 0 counts darker events, channel 1 brighter ones, up to 2^BITS - 1, in the upper BITS of a byte. Writes x_test
[N, STEPS, 2, 34, 34] and y_test.
"""
import csv
import sys
from pathlib import Path

import numpy as np


def events(path):
    """Columns, rows, polarities and times in microseconds of a recording: 5 bytes an event, row 240 is the clock."""
    raw = np.frombuffer(Path(path).read_bytes(), np.uint8).reshape(-1, 5).astype(np.int64)
    word = raw[:, 2] << 16 | raw[:, 3] << 8 | raw[:, 4]
    is_overflow = raw[:, 1] == 240
    time = (word & 0x7FFFFF) + 8192 * np.cumsum(is_overflow)
    return [values[~is_overflow] for values in (raw[:, 0], raw[:, 1], word >> 23, time)]


def main(folder, steps, microseconds, bits, output):
    steps, microseconds, bits = int(steps), int(microseconds), int(bits)
    with open(f"{folder}/labels.tsv") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["split"] == "test"]
    counts = np.zeros((len(rows), steps, 2, 34, 34), np.int64)
    for number, row in enumerate(rows):
        x, y, polarity, time = events(f"{folder}/{row['file']}")
        step = (time - time[0]) // microseconds
        keep = step < steps
        np.add.at(counts[number], (step[keep], polarity[keep], y[keep], x[keep]), 1)
    bytes_ = np.minimum(counts, (1 << bits) - 1) << (8 - bits)
    np.savez(output, x_test=bytes_.astype(np.uint8), y_test=np.array([int(row["label"]) for row in rows], np.uint8))


if __name__ == "__main__":
    main(*sys.argv[1:])
