#!/usr/bin/env python3
"""Runs layer configurations for Speck in sinabs, and lets sinabs judge them, for the equality test.

    run_speck.py JOBS.json

JOBS.json is a list of
    {"config": path of .json, "input": path, "shape": [T, C, H, W], "output": path prefix}
input is raw little-endian int32, events by step. From a configuration alone sinabs' own layers are made (DynapcnnLayer,
without scaling); then must hold:
    - the memory that the file states is sinabs' memory_summary, and sinabs' constraints say that each layer fits its core;
    - no core has two layers, and sinabs' own mapper finds a mapping too;
    - sinabs' configuration of each layer is, field by field, that of the file.
For each layer come out, raw little-endian int32 by step: PREFIX.N.spikes and PREFIX.N.potentials.
Prints "ok PREFIX" or "failed PREFIX: reason" a job. Exit codes: 0 done, 3 packages are missing.
"""
import importlib.abc
import importlib.machinery
import json
import sys
import warnings
from unittest.mock import MagicMock

warnings.filterwarnings("ignore")
sys.dont_write_bytecode = True


class NoDriver(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """sinabs imports samna, the driver of the boards, which is not used here: empty modules stand for it."""

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("samna", "samnagui"):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = MagicMock(name=spec.name)
        module.__path__, module.__spec__, module.__name__, module.__all__ = [], spec, spec.name, []
        return module

    def exec_module(self, module):
        pass


sys.meta_path.insert(0, NoDriver())
try:
    import numpy as np
    import torch
    import sinabs.layers
    from sinabs.activation import MembraneReset, MembraneSubtract
    from sinabs.backend.dynapcnn.chips.dynapcnn import DynapcnnConfigBuilder
    from sinabs.backend.dynapcnn.chips.speck2e import Speck2EConfigBuilder
    from sinabs.backend.dynapcnn.chips.speck2f import Speck2FConfigBuilder
    from sinabs.backend.dynapcnn.dynapcnn_layer import DynapcnnLayer
    from sinabs.backend.dynapcnn.mapping import find_chip_layers, get_valid_mapping
except ImportError as problem:
    print(f"{problem} (Scripts/setup-vendors.sh nir)", file=sys.stderr)
    sys.exit(3)

BUILDERS = {"dynapcnn": DynapcnnConfigBuilder, "speck2e": Speck2EConfigBuilder, "speck2f": Speck2FConfigBuilder}


def make_layer(config):
    """sinabs' layer of one configuration."""
    dimensions = config["dimensions"]
    weights = np.array(config["weights"], dtype=np.float32).transpose(0, 1, 3, 2)   # samna: [out][in][x][y]
    convolution = torch.nn.Conv2d(
        weights.shape[1], weights.shape[0], weights.shape[2:], bias=config["leak_enable"],
        stride=(dimensions["stride"]["y"], dimensions["stride"]["x"]),
        padding=(dimensions["padding"]["y"], dimensions["padding"]["x"]))
    convolution.weight.data = torch.tensor(np.ascontiguousarray(weights))
    if config["leak_enable"]:
        convolution.bias.data = torch.tensor(config["biases"], dtype=torch.float32)
    neurons = sinabs.layers.IAFSqueeze(
        batch_size=1, spike_threshold=torch.tensor(float(config["threshold_high"])),
        min_v_mem=torch.tensor(float(config["threshold_low"])), record_states=True,
        reset_fn=MembraneReset() if config["return_to_zero"] else MembraneSubtract())
    start(neurons, config)
    size = dimensions["input_shape"]["size"]
    pools = [(one["pooling"], one["pooling"]) for one in config["destinations"]] or [(1, 1)]
    return DynapcnnLayer(
        convolution, neurons, (dimensions["input_shape"]["feature_count"], size["y"], size["x"]), pools,
        discretize=False)


def start(neurons, config):
    """Sets the potentials of a layer to those that its configuration starts with."""
    initial = torch.tensor(config["neurons_initial_value"], dtype=torch.float32).transpose(1, 2)[None]
    neurons.init_state_with_shape(tuple(initial.shape))
    neurons.v_mem.data = initial


def judge(document, layers, builder):
    """Raises what sinabs finds wrong with a file."""
    constraints = builder.get_constraints()
    cores = {int(layer): core for layer, core in document["layer2core_map"].items()}
    if len(set(cores.values())) != len(layers) or set(cores) != set(range(len(layers))):
        raise ValueError(f"{cores} is no map of {len(layers)} layers to cores of their own")
    for index, layer in enumerate(layers):
        memory = {name: int(words) for name, words in layer.memory_summary().items()}
        if memory != document["memory"][str(index)]:
            raise ValueError(f"layer {index}: sinabs counts {memory}, the file {document['memory'][str(index)]}")
        if not constraints[cores[index]].fits(layer) or cores[index] not in find_chip_layers(layer, constraints):
            raise ValueError(f"layer {index} does not fit core {cores[index]}")
    if len(get_valid_mapping(dict(enumerate(layers)), constraints)) != len(layers):
        raise ValueError("sinabs finds no mapping")
    for index, layer in enumerate(layers):
        destinations = document["destination_map"][str(index)]
        theirs = builder.get_dynapcnn_layer_config_dict(layer, cores, destinations)
        theirs["leak_enable"] = bool(theirs["leak_enable"])
        theirs["monitor_enable"] = -1 in destinations      # monitor_layers: where nothing goes on
        if json.loads(json.dumps(theirs)) != document["layers"][index]:
            wrong = [name for name in theirs if document["layers"][index].get(name) != theirs[name]]
            raise ValueError(f"layer {index}: sinabs writes another {', '.join(wrong)}")


def run(document, layers, inputs):
    """Spikes and potentials of every layer, frame by frame, as integers."""
    activity = []
    cores = {core: int(layer) for layer, core in document["layer2core_map"].items()}
    arriving = [inputs if index in document["input"]["layers"] else None for index in range(len(layers))]
    for index, layer in enumerate(layers):
        captured = []
        hook = layer.spk_layer.register_forward_hook(lambda _, __, output: captured.append(output))
        with torch.no_grad():
            outputs = layer(arriving[index])
        hook.remove()
        outputs = outputs if isinstance(outputs, (tuple, list)) else [outputs]
        for destination, output in zip(document["layers"][index]["destinations"], outputs):
            target = cores[destination["layer"]]
            arriving[target] = output if arriving[target] is None else arriving[target] + output
        potentials = layer.spk_layer.recordings["v_mem"]
        activity.append({})
        for name, values in (("spikes", captured[0]), ("potentials", potentials)):
            values = np.asarray(values.detach())
            if not (values == np.round(values)).all() or np.abs(values).max() >= 2**24:
                raise ValueError(f"layer {index}: {name} are no integers that float32 holds")
            activity[index][name] = values.astype("<i4")
    return activity


def main():
    with open(sys.argv[1]) as file:
        jobs = json.load(file)
    for job in jobs:
        prefix = job["output"]
        try:
            with open(job["config"]) as file:
                document = json.load(file)
            layers = [make_layer(config) for config in document["layers"]]
            judge(document, layers, BUILDERS[document["chip"]])
            inputs = np.fromfile(job["input"], "<i4").reshape(job["shape"]).astype(np.float32)
            for index, values in enumerate(run(document, layers, torch.tensor(inputs))):
                for name, numbers in values.items():
                    numbers.tofile(f"{prefix}.{index}.{name}")
        except Exception as problem:                # whatever the vendor's code raises, said in one line
            print(f"failed {prefix}: {type(problem).__name__}: {' '.join(str(problem).split())[:300]}", flush=True)
            continue
        print(f"ok {prefix}", flush=True)


if __name__ == "__main__":
    main()
