#!/usr/bin/env python3
"""Runs an exported Xylo specification on samples in xylosim, SynSense's bit-exact simulator.

    on_xylo.py CHIP NATIVE/NAME.npz BITS STEPS DATA.npz COUNT OUT.csv

BITS and STEPS are the bits of the input and the time steps of the bundle. Every image starts at 0. Environment:
Scripts/setup-vendors.sh xylo.
"""
import importlib
import os
import sys

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.dirname(os.path.abspath(__file__)) + "/../vendors"]
import answers
import run_xylo as vendor


def main(chip, specification, bits, steps, data, count, output):
    sys.meta_path.insert(0, vendor.NoDriver())
    import numpy as np
    module = importlib.import_module(vendor.MODULES[chip])
    simulator = module.XyloSim.from_specification(**vendor.load(specification, np), dt=0.001)
    readouts, spikes = [], []
    for image in answers.samples(data, int(count)):
        sent = (image.reshape(1, -1) >> (8 - int(bits))).astype(int)
        simulator.reset_state()
        _, _, record = simulator.evolve(np.repeat(sent, int(steps), axis=0), record=True)
        readouts.append(np.asarray(record["Vmem_out"])[-1])
        spikes.append(np.asarray(record["Spikes"]).sum())
    answers.write(output, readouts, spikes)


if __name__ == "__main__":
    main(*sys.argv[1:])
