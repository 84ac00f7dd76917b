#!/usr/bin/env python3
"""Runs an exported netx network on samples in Intel's Lava, in its fixed-point simulator.

    on_lava.py NATIVE/NAME.net DATA.npz COUNT OUT.csv

NAME.run.json beside the network says how to run it. Samples [N, C, H, W] are sent in every time step, samples
[N, T, C, H, W] column by column; they are streamed in one go, each layer being reset when the first spikes of a
sample arrive. Lava hands states over one number at a time, so its neuron models write down themselves what they
compute: how many spiked in each step, and the potentials of the read-out. Environment: Scripts/setup-vendors.sh lava.
"""
import json
import os
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.dirname(os.path.abspath(__file__)) + "/../vendors"]
import run_lava

run_lava.load_lava()
import answers
import numpy as np


def watch(folder, steps, last):
    """Lets every neuron model note its spikes, and layer `last` its potentials, after each step.

    A layer is known by the offset of its reset, which netx counts up from layer to layer."""
    from lava.proc.lif.models import PyLifResetModelBitAcc as model
    plain = model.reset_voltage

    def noted(self, spike_vector):
        plain(self, spike_vector)
        layer = int(self.reset_offset - 2) % steps
        with open(f"{folder}/{layer}", "a") as file:
            potentials = self.v.ravel().tolist() if layer == last else []
            print(int(self.time_step), int(np.count_nonzero(spike_vector)), *map(int, potentials), file=file)

    model.reset_voltage = noted


def simulate(network, notes, columns, folder):
    steps = columns.shape[-1] + notes["layers"]
    silence = np.zeros(columns.shape[:-1] + (notes["layers"],), np.int32)
    net = run_lava.Network(
        net_config=network, input_message_bits=notes["input_message_bits"], reset_interval=notes["reset_interval"],
        reset_offset=notes["reset_offset"])
    if tuple(net.inp.shape) != columns.shape[:-1]:
        columns = columns.transpose(2, 1, 0, 3)         # C, H, W, T as Lava's W, H, C, T
        silence = silence.transpose(2, 1, 0, 3)
    source = run_lava.Source(data=np.concatenate([columns, silence], axis=-1))
    source.s_out.connect(net.inp)
    net.run(condition=run_lava.RunSteps(num_steps=steps), run_cfg=run_lava.Loihi2SimCfg(select_tag="fixed_pt"))
    net.stop()
    tables = []
    for layer in range(notes["layers"]):
        table = np.loadtxt(f"{folder}/{layer}", dtype=np.int64, ndmin=2)
        assert table[:, 0].tolist() == list(range(1, steps + 1)), f"layer {layer} missed steps"
        tables.append(table[:, 1:])
    return tables


def main(network, data, count, output):
    notes = json.loads(Path(network).with_suffix("").with_suffix(".run.json").read_text())
    steps, layers, shape = notes["time_steps"], notes["layers"], notes["input_shape"]
    assert notes["readout"] == "membrane" and notes["reset_interval"] == steps and notes["reset_offset"] == 1
    assert layers <= steps, "layers are told apart by the step of their reset"
    samples = answers.samples(data, int(count)) >> notes["input_shift"]
    if samples.ndim == len(shape) + 1:
        samples = np.repeat(samples[:, None], steps, axis=1)
    assert samples.shape[1:] == (steps, *shape), f"samples {samples.shape[1:]} for {steps} steps of {shape}"
    columns = np.moveaxis(samples.reshape(-1, *shape), 0, -1).astype(np.int32)
    if takes_vectors(network):
        columns = columns.reshape(-1, columns.shape[-1])
    run_lava.give_up_after(3600)
    with tempfile.TemporaryDirectory() as folder:
        watch(folder, steps, layers - 1)
        tables = simulate(network, notes, columns, folder)
    # Layer l integrates column k in step k + 2 + l, row k + 1 + l.
    def window(n, layer):
        return slice(n * steps + 1 + layer, (n + 1) * steps + 1 + layer)
    readouts = [tables[-1][window(n, layers - 1), 1:][-1] for n in range(len(samples))]
    spikes = [sum(int(tables[l][window(n, l), 0].sum()) for l in range(layers - 1)) for n in range(len(samples))]
    answers.write(output, readouts, spikes)


def takes_vectors(network):
    """Whether the input layer of the file is a vector."""
    import h5py
    with h5py.File(network, "r") as file:
        return len(file["layer/0/shape"][()]) == 1


if __name__ == "__main__":
    main(*sys.argv[1:])
