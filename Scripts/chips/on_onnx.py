#!/usr/bin/env python3
"""Runs an exported ONNX file (with --trace) on samples in ONNX Runtime.

    on_onnx.py NAME.onnx DATA.npz COUNT OUT.csv

Environment: Scripts/setup-vendors.sh onnx.
"""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import answers
import numpy as np
import onnxruntime


def main(model, data, count, output):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_outputs()]
    samples = answers.samples(data, int(count))
    readouts, spikes = [], []
    for start in range(0, len(samples), 100):
        found = dict(zip(names, session.run(names, {"input": samples[start:start + 100]})))
        readout = found["readout"].reshape(len(found["readout"]), -1)
        assert np.array_equal(readout.argmax(1), found["prediction"])
        readouts.extend(readout)
        spikes.extend(sum(
            value.astype(np.int64).sum(axis=(0, *range(2, value.ndim)))
            for name, value in found.items() if name.endswith(".spikes")))
    answers.write(output, readouts, spikes)


if __name__ == "__main__":
    main(*sys.argv[1:])
