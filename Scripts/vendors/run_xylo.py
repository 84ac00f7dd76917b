#!/usr/bin/env python3
"""Runs Xylo specifications on SynSense's own simulator (xylosim, through rockpool), for the equality test.

    run_xylo.py JOBS.json

JOBS.json is a list of
    {"spec": path of .json or .npz, "chip": "xylo-audio2" or "xylo-audio3" or "xylo-imu", "input": path, "shape": [T, N],
     "images": folder of RAM images or null, "output": path prefix}
input is raw little-endian int32, spikes by step and line. For each job come out, raw little-endian int32 by step:
    PREFIX.spikes .currents .potentials                 of hidden neurons
    PREFIX.output .output_currents .output_potentials   of outputs
Where a folder of images is given, xylosim writes its own from the same network, and every file must be the same.
Prints "ok PREFIX" or "failed PREFIX: reason" a job. Exit codes: 0 done, 3 packages are missing.
"""
import importlib
import importlib.abc
import importlib.machinery
import json
import os
import sys
import tempfile
import types
import warnings
from unittest.mock import MagicMock

warnings.filterwarnings("ignore")
sys.dont_write_bytecode = True


class NoDriver(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """rockpool imports samna, the driver of the boards, which the simulator never uses: empty modules stand for it."""

    def find_spec(self, name, path=None, target=None):
        if name == "samna" or name.startswith("samna."):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = MagicMock(name=spec.name)
        module.__path__, module.__spec__, module.__name__, module.__all__ = [], spec, spec.name, []
        return module

    def exec_module(self, module):
        pass


# rockpool runs Audio 3 on the simulator class of the IMU.
MODULES = {
    "xylo-audio2": "rockpool.devices.xylo.syns61201.xylo_sim",
    "xylo-audio3": "rockpool.devices.xylo.syns63300.xylo_sim",
    "xylo-imu": "rockpool.devices.xylo.syns63300.xylo_sim",
}


def load(path, np):
    if path.endswith(".npz"):
        archive = np.load(path, allow_pickle=False)
        values = {key: archive[key] for key in archive.files}
    else:
        with open(path) as file:
            values = {key: np.array(value) for key, value in json.load(file).items()}
    values = {key: int(value) if value.ndim == 0 else value.astype(int) for key, value in values.items()}
    values["bias"] = values.pop("bias_hidden")          # the simulator's name of the same argument
    return values


def compare_images(layer, inputs, folder, np):
    sys.modules.setdefault("yaml", types.ModuleType("yaml"))    # imported there, not used for this
    tools = importlib.import_module("xylosim.tools")
    with tempfile.TemporaryDirectory() as theirs:
        stdout, sys.stdout = sys.stdout, open(os.devnull, "w")
        try:
            tools.save_to_RAM_files_V2(theirs, layer, inputs, 0.001)
        finally:
            sys.stdout.close()
            sys.stdout = stdout
        names = sorted(name for name in os.listdir(theirs) if name.endswith(".ini"))
        for name in names:
            with open(f"{theirs}/{name}") as one, open(f"{folder}/{name}") as other:
                if one.read() != other.read():
                    raise ValueError(f"{name} differs from xylosim's")
        with open(f"{theirs}/basic_config.json") as one, open(f"{folder}/basic_config.json") as other:
            if json.load(one) != json.load(other):
                raise ValueError("basic_config.json differs from xylosim's")
        return len(names)


def main():
    sys.meta_path.insert(0, NoDriver())
    try:
        import numpy as np
        modules = {chip: importlib.import_module(name) for chip, name in MODULES.items()}
    except ImportError as problem:
        print(f"{problem} (pip install xylosim numpy scipy; pip install --no-deps rockpool)", file=sys.stderr)
        sys.exit(3)

    def save(path, values):
        np.ascontiguousarray(values).astype("<i4").tofile(path)

    with open(sys.argv[1]) as file:
        jobs = json.load(file)
    for job in jobs:
        prefix = job["output"]
        try:
            inputs = np.fromfile(job["input"], "<i4").reshape(job["shape"])
            simulator = modules[job["chip"]].XyloSim.from_specification(**load(job["spec"], np), dt=0.001)
            outputs, _, record = simulator.evolve(inputs.astype(int), record=True)
            save(prefix + ".spikes", record["Spikes"])
            save(prefix + ".currents", record["Isyn"])
            save(prefix + ".potentials", record["Vmem"])
            save(prefix + ".output", outputs)
            save(prefix + ".output_currents", record["Isyn_out"])
            save(prefix + ".output_potentials", record["Vmem_out"])
            if job["images"]:
                compare_images(simulator._xylo_layer, inputs, job["images"], np)
        except Exception as problem:                # whatever the vendor's code raises, said in one line
            print(f"failed {prefix}: {type(problem).__name__}: {' '.join(str(problem).split())[:300]}", flush=True)
            continue
        print(f"ok {prefix}", flush=True)


if __name__ == "__main__":
    main()
