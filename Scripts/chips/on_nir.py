#!/usr/bin/env python3
"""Runs an exported NIR file on samples in a reader of NIR.

    on_nir.py READER NAME.nir DATA.npz COUNT OUT.csv

READER is norse, snntorch or spikingjelly. The read-out is the sum of the network's outputs over the time steps, which
the file's metadata number. Environment: Scripts/setup-vendors.sh nir.
"""
import contextlib
import os
import sys
import warnings

sys.dont_write_bytecode = True
warnings.filterwarnings("ignore")
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.dirname(os.path.abspath(__file__)) + "/../vendors"]
import answers
import run_nir


def main(reader, path, data, count, output):
    import nir
    import numpy as np
    import torch
    torch.set_num_threads(1)
    run_nir.allow_old_torch()
    readouts = []
    with contextlib.redirect_stdout(sys.stderr), torch.no_grad():
        graph = nir.read(path)
        steps = int(np.asarray(graph.metadata["time_steps"]).item())
        bits = int(np.asarray(graph.metadata["input_bits"]).item())
        # Read-outs come in the units of the file; integers are those times 1 / unit.
        last = [node for node in graph.nodes.values() if "indices" in (getattr(node, "metadata", None) or {})][-1]
        unit = float(np.asarray(last.metadata["unit"]).item())
        for image in answers.samples(data, int(count)):
            # A model keeps the state of its neurons, and none of the readers resets it: a fresh one for each image.
            model = run_nir.imported(reader, graph)
            x = torch.tensor((image >> (8 - bits)).astype(np.float32))[None]
            rows = run_nir.outputs(reader, model, x, steps)
            readouts.append(np.sum(np.array(rows, np.float64), axis=0) / unit)
    answers.write(output, readouts)


if __name__ == "__main__":
    main(*sys.argv[1:])
