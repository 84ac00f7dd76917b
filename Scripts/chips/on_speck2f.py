#!/usr/bin/env python3
"""Runs exported layer configurations of Speck on samples in sinabs' own layers, frame by frame, without the driver.

    on_speck2f.py NATIVE DATA.npz COUNT OUT.csv

NATIVE holds one NAME.json. Pixels are the upper bit of the byte, the same in every step; every image starts at the
potentials of the file. sinabs must accept the file first (constraints, mapper and configuration,
Scripts/vendors/run_speck.py). Environment: Scripts/setup-vendors.sh nir.
"""
import glob
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.dirname(os.path.abspath(__file__)) + "/../vendors"]
import answers
import run_speck as vendor


def main(native, data, count, output):
    import numpy as np
    import torch
    torch.set_num_threads(1)
    [path] = glob.glob(f"{native}/*.json")
    with open(path) as file:
        document = json.load(file)
    if document["readout"] != "largest-potential":
        sys.exit(f"on_speck2f: the read-out {document['readout']} is not executed here")
    layers = [vendor.make_layer(config) for config in document["layers"]]
    vendor.judge(document, layers, vendor.BUILDERS[document["chip"]])
    readouts, spikes = [], []
    for image in answers.samples(data, int(count)):
        for layer, config in zip(layers, document["layers"]):
            vendor.start(layer.spk_layer, config)
        events = (image >> 7).astype(np.float32).reshape(document["input"]["shape"])
        frames = torch.tensor(np.repeat(events[None], document["time_steps"], axis=0))
        activity = vendor.run(document, layers, frames)
        readouts.append(activity[-1]["potentials"].reshape(document["time_steps"], -1)[-1])
        spikes.append(sum(int(one["spikes"].sum()) for one in activity))
    answers.write(output, readouts, spikes)


if __name__ == "__main__":
    main(*sys.argv[1:])
