"""Checkpoints of snnTorch, SpikingJelly and PyTorch with the architecture beside them, and what their
networks compute; bad architectures.

python3 make.py   (torch, snntorch 1.0.0, spikingjelly 2.0.0, numpy)
"""

import importlib
import json
import os
import sys
import types

import numpy as np
import snntorch as snn
import torch
from spikingjelly.activation_based import neuron

torch.manual_seed(20261201)
here = os.path.dirname(os.path.abspath(__file__))
expected = {}


def write(name, architecture, weights, inputs, outputs, steps):
    architecture = {
        "$schema": "../../Schemas/architecture/architecture.schema.json", "version": 1,
        "name": name, **architecture}
    with open(os.path.join(here, name + ".json"), "w") as file:
        json.dump(architecture, file, indent=1)
        file.write("\n")
    torch.save(weights, os.path.join(here, name + ".pt"))
    expected[name] = {
        "steps": steps, "inputs": [float(v) for v in torch.as_tensor(inputs).flatten()],
        "outputs": [float(v) for v in torch.as_tensor(outputs).flatten()]}


def spikes(steps, *shape):
    return (torch.rand(steps, *shape) < 0.4).float()


# --- an ANN of PyTorch: residual connection, two kinds of pools, batch normalisation ---------------


class Residual(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = torch.nn.Conv2d(2, 4, 3, padding=1)
        self.block = torch.nn.Sequential(
            torch.nn.Conv2d(4, 4, 3, padding=1, groups=2, bias=False), torch.nn.BatchNorm2d(4),
            torch.nn.ReLU())
        self.head = torch.nn.Linear(16, 3)

    def forward(self, x):
        x = torch.clamp(self.stem(x), 0, 2)
        x = x + self.block(x)
        x = torch.nn.functional.max_pool2d(x, 2)
        x = torch.nn.functional.avg_pool2d(x, 2)
        return self.head(torch.flatten(x, 1))


network = Residual()
network.train()
with torch.no_grad():
    for _ in range(20):
        network(torch.rand(16, 2, 8, 8))
network.eval()
x = torch.rand(1, 2, 8, 8)
write(
    "residual",
    {"input": {"shape": [2, 8, 8]},
     "layers": [
         {"name": "stem", "kind": "conv2d", "kernel": 3, "padding": 1},
         {"name": "clamp", "kind": "clip", "maximum": 2},
         {"name": "block.0", "kind": "conv2d", "channels": 4, "kernel": [3, 3], "padding": "same",
          "groups": 2, "bias": False},
         {"name": "block.1", "kind": "batchNorm"},
         {"name": "block.2", "kind": "relu"},
         {"name": "sum", "kind": "add", "inputs": ["clamp", "block.2"]},
         {"name": "max", "kind": "maxPool2d", "kernel": 2},
         {"name": "mean", "kind": "averagePool2d", "kernel": 2},
         {"name": "drop", "kind": "dropout"},
         {"name": "flat", "kind": "flatten"},
         {"name": "head", "kind": "linear"}]},
    network.state_dict(), x, network(x).detach(), 1)

# --- snnTorch: a convolution, reset to zero, a read-out of potentials -------------------------------


def run(layers, inputs, output):
    """Layers step by step; what `output` picks of each step."""
    states = [None] * len(layers)
    result = []
    with torch.no_grad():
        for value in inputs:
            value = value[None]
            for index, layer in enumerate(layers):
                if not isinstance(layer, snn.SpikingNeuron):
                    value = layer(value)
                    continue
                if states[index] is None:
                    states[index] = (layer.reset_mem(),) if isinstance(layer, snn.Leaky) \
                        else layer.reset_mem()
                made = layer(value, *states[index])
                value, states[index] = made[0], made[1:]
            result.append(value if output == "spikes" else states[-1][-1])
    return torch.stack(result)


layers = torch.nn.Sequential(
    torch.nn.Conv2d(1, 3, 3), snn.Leaky(beta=0.75, threshold=0.4, reset_mechanism="zero"),
    torch.nn.Flatten(), torch.nn.Linear(48, 5), snn.Leaky(beta=0.9, reset_mechanism="none"))
inputs = spikes(20, 1, 6, 6)
write(
    "leaky",
    {"input": {"shape": [1, 6, 6]}, "timeSteps": 20,
     "layers": [
         {"name": "0", "kind": "conv2d", "kernel": 3},
         {"name": "1", "kind": "lif", "decay": 0.5, "threshold": 1},
         {"name": "2", "kind": "flatten"},
         {"name": "3", "kind": "linear", "features": 5},
         {"name": "4", "kind": "readOut"}]},
    layers.state_dict(), inputs, run(layers, inputs, "potentials"), 20)

layers = torch.nn.Sequential(
    torch.nn.Linear(8, 6), snn.Leaky(beta=1.0, threshold=torch.linspace(0.5, 1, 6)),
    torch.nn.Linear(6, 4), snn.Synaptic(alpha=0.5, beta=0.875, reset_mechanism="none"))
inputs = spikes(24, 8)
write(
    "synaptic",
    {"input": {"shape": [8]},
     "layers": [
         {"name": "0", "kind": "linear"}, {"name": "1", "kind": "if"},
         {"name": "2", "kind": "linear"}, {"name": "3", "kind": "readOut"}]},
    layers.state_dict(), inputs, run(layers, inputs, "potentials"), 24)

layers = torch.nn.Sequential(torch.nn.Linear(8, 6), snn.Leaky(beta=0.8, threshold=0.3))
inputs = spikes(24, 8)
write(
    "delayed",
    {"input": {"shape": [8]},
     "layers": [{"name": "0", "kind": "linear"}, {"name": "1", "kind": "lif"}]},
    layers.state_dict(), inputs, run(layers, inputs, "spikes"), 24)

# --- SpikingJelly: PLIF with and without decay_input, LIF -------------------------------------------
# Its dispatch needs a newer torch than Debian's; its eager reference of the same equations does not.

import spikingjelly  # noqa: E402

ops = types.ModuleType("spikingjelly._ops")
ops.__path__ = [os.path.join(spikingjelly.__path__[0], "_ops")]
sys.modules["spikingjelly._ops"] = ops
for name in ["plif", "lif"]:
    package = types.ModuleType("spikingjelly._ops." + name)
    package.__path__ = [os.path.join(ops.__path__[0], name)]
    sys.modules["spikingjelly._ops." + name] = package
plif = importlib.import_module("spikingjelly._ops.plif.reference")


def fire(x):
    return (x >= 0).to(x)


def jelly(layers, inputs):
    values = inputs
    with torch.no_grad():
        for layer in layers:
            if isinstance(layer, neuron.ParametricLIFNode):
                values, _, _ = plif.multi_step(
                    values, torch.zeros_like(values[0]), layer.w, layer.decay_input,
                    layer.v_threshold, layer.v_reset, fire, False)
            else:
                values = torch.stack([layer(v[None])[0] for v in values])
    return values


layers = torch.nn.Sequential(
    torch.nn.Linear(8, 12), neuron.ParametricLIFNode(init_tau=2.5, v_threshold=0.25),
    torch.nn.Linear(12, 6),
    neuron.ParametricLIFNode(init_tau=1.6, decay_input=False, v_threshold=0.5, v_reset=None))
inputs = spikes(24, 8)
write(
    "plif",
    {"input": {"shape": [8]},
     "layers": [
         {"name": "0", "kind": "linear"}, {"name": "1", "kind": "lif", "threshold": 0.25},
         {"name": "2", "kind": "linear"},
         {"name": "3", "kind": "lif", "threshold": 0.5, "reset": "subtract",
          "inputScaling": "none", "comparator": ">="}]},
    layers.state_dict(), inputs, jelly(layers, inputs), 24)

# --- one array of numpy, whose file has the name of the tensor --------------------------------------

weight = (np.arange(12, dtype=np.float64).reshape(3, 4) - 5) / 8
np.save(os.path.join(here, "fc.weight.npy"), weight)
with open(os.path.join(here, "single.json"), "w") as file:
    json.dump(
        {"version": 1, "input": {"shape": [4]},
         "layers": [{"name": "fc", "kind": "linear", "bias": False}]}, file)
    file.write("\n")
x = np.array([1.0, -2.0, 0.5, 3.0])
expected["single"] = {"steps": 1, "inputs": x.tolist(), "outputs": (weight @ x).tolist()}

for name, case in expected.items():
    values = np.array(case["outputs"])
    assert np.abs(values).max() > 0 and values.std() > 0, name

with open(os.path.join(here, "expected.json"), "w") as file:
    json.dump(expected, file)
    file.write("\n")

# --- bad architectures, over the weights of residual.pt --------------------------------------------

with open(os.path.join(here, "residual.json")) as file:
    good = json.load(file)
codes = {}


def bad(name, code, change):
    broken = json.loads(json.dumps(good))
    text = change(broken)
    with open(os.path.join(here, "bad", name + ".json"), "w") as file:
        file.write(text if isinstance(text, str) else json.dumps(broken) + "\n")
    codes[name + ".json"] = "architecture." + code if "." not in code else code


def put(index, **values):
    return lambda a: a["layers"][index].update(values)


def drop(index, key):
    return lambda a: a["layers"][index].pop(key) and None


bad("text", "not-json", lambda a: "layers: 3\n")
bad("empty", "not-json", lambda a: "")
bad("deep", "not-json", lambda a: "[" * 5000)
bad("list", "invalid-value", lambda a: "[]\n")
bad("version", "invalid-value", lambda a: a.update(version=2))
bad("no-version", "missing-key", lambda a: a.pop("version") and None)
bad("no-layers", "missing-key", lambda a: a.pop("layers") and None)
bad("no-layer", "invalid-value", lambda a: a.update(layers=[]))
bad("no-input", "missing-key", lambda a: a.pop("input") and None)
bad("no-shape", "missing-key", lambda a: a["input"].pop("shape") and None)
bad("shape-text", "invalid-value", lambda a: a["input"].update(shape="8x8"))
bad("shape-zero", "invalid-value", lambda a: a["input"].update(shape=[2, 0, 8]))
bad("shape-huge", "invalid-value", lambda a: a["input"].update(shape=[1 << 20, 1 << 20]))
bad("shape-deep", "invalid-value", lambda a: a["input"].update(shape=[1] * 5))
bad("bits", "invalid-value", lambda a: a["input"].update(bits=9))
bad("steps", "invalid-value", lambda a: a.update(timeSteps=0))
bad("root-key", "unknown-key", lambda a: a.update(layer=[]))
bad("layer-key", "unknown-key", put(0, kernal=3))
bad("foreign-key", "unknown-key", put(4, kernel=3))
bad("kind", "unsupported-layer", put(4, kind="attention"))
bad("no-kind", "missing-key", drop(4, "kind"))
bad("no-name", "missing-key", drop(4, "name"))
bad("name-number", "invalid-value", put(4, name=4))
bad("layer-text", "invalid-value", lambda a: a["layers"].__setitem__(4, "relu"))
bad("same-name", "duplicate-name", put(4, name="clamp"))
bad("input-name", "duplicate-name", put(4, name="input"))
bad("undefined", "undefined-layer", put(5, inputs=["clamp", "block.3"]))
bad("undefined-output", "undefined-layer", lambda a: a.update(output="tail"))
bad("circle", "cycle", put(2, input="sum"))
bad("self", "cycle", put(4, input="block.2"))
bad("one-summand", "invalid-value", put(5, inputs=["clamp"]))
bad("no-summand", "missing-key", drop(5, "inputs"))
bad("summands", "shape-mismatch", put(5, inputs=["input", "block.2"]))
bad("no-kernel", "missing-key", drop(0, "kernel"))
bad("kernel-zero", "invalid-value", put(0, kernel=0))
bad("kernel-three", "invalid-value", put(0, kernel=[3, 3, 3]))
bad("kernel-large", "shape-mismatch", put(0, kernel=11))
bad("kernel-real", "invalid-value", put(0, kernel=2.5))
bad("stride", "invalid-value", put(0, stride=-1))
bad("padding", "invalid-value", put(0, padding="valid"))
bad("same-pool", "invalid-value", put(6, padding="same"))
bad("pool-padding", "invalid-value", put(6, padding=2))
bad("groups", "shape-mismatch", put(2, groups=3))
bad("channels", "shape-mismatch", put(2, channels=8))
bad("axes", "shape-mismatch", put(0, kind="conv1d"))
bad("features", "weights.shape-mismatch", put(10, features=4))
bad("bias", "weights.missing-tensor", put(2, bias=True))
bad("renamed", "unknown-channels", put(10, name="tail"))
bad("renamed-norm", "weights.missing-tensor", put(3, name="norm"))
bad("bias-text", "invalid-value", put(2, bias="no"))
bad("clip", "invalid-value", put(1, maximum=-1))
bad("epsilon", "invalid-value", put(3, epsilon=-1))
bad("softmax", "shape-mismatch", put(4, kind="softmax"))
bad("lif-nothing", "missing-key", put(4, kind="lif", threshold=1))
bad("lif-both", "invalid-value", put(4, kind="lif", threshold=1, decay=0.5, tau=2))
bad("lif-decay", "invalid-value", put(4, kind="lif", threshold=1, decay=1.5))
bad("lif-tau", "invalid-value", put(4, kind="lif", threshold=1, tau=0.5))
bad("no-threshold", "missing-key", put(4, kind="if"))
bad("threshold", "invalid-value", put(4, kind="if", threshold=0))
bad("thresholds", "invalid-value", put(4, kind="if", threshold=[1, 2]))
bad("reset", "invalid-value", put(4, kind="if", threshold=1, reset="soft"))
bad("comparator", "invalid-value", put(4, kind="if", threshold=1, comparator="="))
bad("too-large", "too-large", lambda a: (
    a["input"].update(shape=[2, 30000, 30000]), a["layers"].__setitem__(
        1, {"name": "clamp", "kind": "concatenate", "inputs": ["stem"] * 64})) and None)

with open(os.path.join(here, "bad", "expected.json"), "w") as file:
    json.dump(codes, file, indent=1)
    file.write("\n")
