"""Files in the layout of lava-dl's netx with something wrong in them, and the code each must give.

python3 make.py   (h5py, numpy); network.net is a good one, in the spellings of lava-dl 0.6.0.
"""

import json
import os

import h5py
import numpy as np


def neuron(group, **changes):
    values = {
        "type": "CUBA", "iDecay": 4096, "vDecay": 100, "vThMant": 40, "refDelay": 1,
        "gradedSpike": False}
    values.update(changes)
    inner = group.create_group("neuron")
    for name, value in values.items():
        if value is not None:
            inner.create_dataset(name, data=value)


def layer(file, index, kind, **fields):
    group = file.create_group(f"layer/{index}")
    changes = fields.pop("neuron", {})
    group.create_dataset("type", (1,), "S10", kind.encode("ascii"))
    for name, value in fields.items():
        if value is not None:
            group.create_dataset(name, data=value)
    if kind not in ("input", "flatten") and changes is not None:
        neuron(group, **changes)
    return group


def weights(*shape):
    # Both signs, and no power of two as the smallest: safe for Lava.
    return ((np.arange(np.prod(shape)) * 37) % 200 - 101).reshape(shape).astype(np.float32)


def network(file, dense=None, conv=None, inputs=None):
    """Input 1x6x6, convolution 3x3 to 2x4x4, flatten, dense to 3."""
    layer(file, 0, "input", **{"shape": np.array([1, 6, 6]), **(inputs or {})})
    layer(file, 1, "conv", **{
        "shape": np.array([2, 4, 4]), "weight": weights(2, 1, 3, 3, 1), "stride": [1, 1],
        "padding": [0, 0], "dilation": [1, 1], "groups": 1, "inChannels": 1, "outChannels": 2,
        "kernelSize": [3, 3], **(conv or {})})
    layer(file, 2, "flatten", shape=np.array([32]))
    layer(file, 3, "dense", **{
        "shape": np.array([3]), "weight": weights(3, 32), "bias": np.array([5, -5, 0]),
        "inFeatures": 32, "outFeatures": 3, **(dense or {})})


CASES = {
    "other": ("netx.not-netx", lambda file: file.create_group("node")),
    "no-layers": ("netx.not-netx", lambda file: file.create_group("layer")),
    "gap": ("netx.not-netx", lambda file: (layer(file, 0, "input", shape=[4]),
                                          layer(file, 2, "dense", weight=weights(2, 4)))),
    "only-input": ("netx.not-netx", lambda file: layer(file, 0, "input", shape=np.array([4]))),
    "no-weight": ("netx.missing-field", lambda file: network(file, {"weight": None})),
    "no-neuron": ("netx.missing-field", lambda file: network(file, {"neuron": None})),
    "no-decay": ("netx.missing-field", lambda file: network(file, {"neuron": {"vDecay": None}})),
    "nan": ("netx.invalid-field", lambda file: network(
        file, {"weight": np.full((3, 32), np.nan, np.float32)})),
    "text": ("netx.invalid-field", lambda file: network(file, {"weight": "heavy"})),
    "huge-weight": ("netx.invalid-field", lambda file: network(
        file, {"weight": np.full((3, 32), 1e9, np.float32)})),
    "bias-range": ("netx.invalid-field", lambda file: network(file, {"bias": [0, 4096, 0]})),
    "bias-count": ("netx.shape-mismatch", lambda file: network(file, {"bias": [1, 2]})),
    "decay-range": ("netx.invalid-field", lambda file: network(
        file, {"neuron": {"vDecay": 4097}})),
    "many-thresholds": ("netx.invalid-field", lambda file: network(
        file, {"neuron": {"vThMant": [1, 2, 3]}})),
    "pool": ("netx.unsupported-layer", lambda file: (
        layer(file, 0, "input", shape=[1, 4, 4]), layer(file, 1, "pool", weight=weights(1)))),
    "recurrent": ("netx.unsupported-layer", lambda file: layer(
        file, 0, "dense_rec", weight=weights(4, 4), weight_rec=weights(4, 4),
        shape=np.array([4]))),
    "second-input": ("netx.unsupported-layer", lambda file: (
        network(file), layer(file, 4, "input", shape=[3]))),
    "sigma-delta": ("netx.unsupported-neuron", lambda file: network(
        file, {"neuron": {"type": "SDNN"}})),
    "graded": ("netx.unsupported-neuron", lambda file: network(
        file, {"neuron": {"gradedSpike": True}})),
    "current-and-bias": ("netx.unsupported-neuron", lambda file: network(
        file, {"neuron": {"iDecay": 1000}})),
    "delay": ("netx.unsupported-delay", lambda file: network(
        file, {"delay": np.arange(96, dtype=np.int32).reshape(3, 32) % 5})),
    "no-input": ("netx.missing-input-shape", lambda file: layer(
        file, 0, "conv", weight=weights(2, 1, 3, 3))),
    "conv-shape": ("netx.shape-mismatch", lambda file: network(
        file, conv={"shape": np.array([2, 5, 5])})),
    "conv-channels": ("netx.shape-mismatch", lambda file: network(
        file, conv={"weight": weights(2, 3, 3, 3)})),
    "conv-stride": ("netx.invalid-field", lambda file: network(file, conv={"stride": [0, 1]})),
    "dense-columns": ("netx.shape-mismatch", lambda file: network(
        file, {"weight": weights(3, 31)})),
    "input-size": ("netx.invalid-field", lambda file: network(
        file, inputs={"shape": np.array([1, 0, 6])})),
    "external": ("hdf5.external-link", lambda file: file.__setitem__(
        "layer", h5py.ExternalLink("other.net", "/layer"))),
}


def main():
    os.makedirs("bad", exist_ok=True)
    with h5py.File("network.net", "w") as file:
        network(file)
    for name, (_, build) in CASES.items():
        with h5py.File(f"bad/{name}.net", "w") as file:
            build(file)
    with open("bad/expected.json", "w") as file:
        json.dump({f"{name}.net": CASES[name][0] for name in sorted(CASES)}, file, indent=1)


if __name__ == "__main__":
    main()
