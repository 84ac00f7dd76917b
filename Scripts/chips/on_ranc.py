#!/usr/bin/env python3
"""Runs the exported network of RANC on samples, by the book (docs/formats/ranc.md), all samples at once.

    on_ranc.py NATIVE DATA.npz COUNT OUT.csv

An interpreter of network.json and inputs.json, written from the documentation; not RANC. Needs numpy.
"""
import json
import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import answers
import numpy as np


class Core:
    def __init__(self, entry, samples):
        neurons = entry["neurons"]
        types, wires = np.array(entry["axons"]), np.array(entry["connections"])
        self.weights = (np.array([one["weights"] for one in neurons])[:, types] * wires).T.astype(np.float64)
        for name in ("leak", "positive_threshold", "negative_threshold", "reset_potential", "reset_mode",
                     "destination_axon", "destination_tick"):
            setattr(self, name, np.array([one[name] for one in neurons]))
        x, y = entry["coordinates"]
        self.destination = [(x + dx, y + dy) for dx, dy in (one["destination_core_offset"] for one in neurons)]
        self.v = np.tile(np.array([one["current_potential"] for one in neurons]), (samples, 1))
        self.is_idle = not wires.any()

    def tick(self, axons):
        v = self.v + (axons @ self.weights).astype(np.int64) + self.leak    # float64 sums of integers are exact
        assert np.abs(v).max() <= 255 or self.is_idle, "a potential leaves 9 bits"
        fired = v >= self.positive_threshold
        low = ~fired & (v < self.negative_threshold)
        soft = self.reset_mode == 1
        v = np.where(fired, np.where(soft, v - self.positive_threshold, self.reset_potential), v)
        self.v = np.where(low, np.where(soft, v - self.negative_threshold, -self.reset_potential), v)
        return fired


def main(folder, data, count, output):
    folder = Path(folder)
    network = json.loads((folder / "network.json").read_text())
    notes = json.loads((folder / "inputs.json").read_text())
    samples = answers.samples(data, int(count))
    active = samples.reshape(len(samples), -1) >= notes["input_line_is_active_from"]
    readouts = []
    for start in range(0, len(samples), 1000):
        part = active[start:start + 1000]
        cores = {tuple(entry["coordinates"]): Core(entry, len(part)) for entry in network["cores"]}
        bus = tuple(network["output_bus"]["coordinates"])
        ticks, steps = notes["ticks"], notes["time_steps"]
        arrivals = {place: np.zeros((ticks + 16, len(part), core.weights.shape[0]), bool)
                    for place, core in cores.items()}
        for line, wires in enumerate(notes["lines"]):
            for wire in wires:
                first = wire["first_tick"]
                arrivals[tuple(wire["core"])][first:first + steps, :, wire["axon"]] |= part[:, line]
        counts = np.zeros((len(part), network["output_bus"]["num_outputs"]), int)
        for tick in range(ticks):
            for place, core in cores.items():
                fired = core.tick(arrivals[place][tick])
                for neuron in np.flatnonzero(fired.any(axis=0)):
                    to, axon = core.destination[neuron], core.destination_axon[neuron]
                    if to == bus:
                        if tick >= notes["first_output_tick"]:
                            counts[:, axon] += fired[:, neuron]
                    else:
                        arrivals[to][tick + 1 + core.destination_tick[neuron], :, axon] |= fired[:, neuron]
        if notes["readout"] == "most-spikes":
            readouts.extend(counts[:, :len(notes["outputs"])])
        else:
            readouts.extend(np.stack(
                [cores[tuple(one["core"])].v[:, one["neuron"]] for one in notes["outputs"]], axis=1))
    answers.write(output, readouts)
    print(f"{sum(not core.is_idle for core in cores.values())} cores")


if __name__ == "__main__":
    main(*sys.argv[1:])
