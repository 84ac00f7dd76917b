#!/usr/bin/env python3
"""Makes data and networks in sizes that small chips take, from Debian's package dataset-fashion-mnist.

    make.py data SIDE OUT.npz [--gain G]        images of SIDE x SIDE pixels, means over the areas of 28 x 28
    make.py network SIDE WIDTHS OUT.onnx        dense network SIDE*SIDE -> WIDTHS (as 128x64, or none) -> 10 with ReLU

A pixel is min(255, round(G * mean)): with one bit (the upper one of the byte) it is on from a mean of 128 / G.
Weights of networks are drawn by a seed, for `sfconv fit --from-scratch` draws them again. Same input, same bytes.
"""
import argparse
import gzip

import numpy as np

DATA = "/usr/share/datasets/fashion-mnist"
SEED = 20261201


def read(name, offset):
    with gzip.open(f"{DATA}/{name}-ubyte.gz") as file:
        return np.frombuffer(file.read(), np.uint8, offset=offset)


def areas(side):
    """[side, 28]: share of each of 28 rows in the mean of each of `side` rows."""
    edges = np.arange(side + 1) * 28 / side
    row = np.arange(28)
    overlap = np.minimum(edges[1:, None], row + 1) - np.maximum(edges[:-1, None], row)
    return np.maximum(overlap, 0) * side / 28


def images(name, side, gain):
    share = areas(side)
    pixels = read(name, 16).reshape(-1, 28, 28).astype(np.float64)
    means = share @ pixels @ share.T
    return np.minimum(255, np.floor(gain * means + 0.5)).astype(np.uint8)[:, None]


def data(arguments):
    np.savez(arguments.output, x=images("train-images-idx3", arguments.side, arguments.gain),
             y=read("train-labels-idx1", 8), x_test=images("t10k-images-idx3", arguments.side, arguments.gain),
             y_test=read("t10k-labels-idx1", 8))


def network(arguments):
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    random = np.random.default_rng(SEED)
    hidden = [] if arguments.widths == "none" else [int(width) for width in arguments.widths.split("x")]
    sizes = [arguments.side ** 2, *hidden, 10]
    nodes, weights, value = [helper.make_node("Flatten", ["input"], ["flat"])], [], "flat"
    for layer, (size, width) in enumerate(zip(sizes, sizes[1:]), 1):
        drawn = random.standard_normal((width, size)) * (2 / size) ** 0.5
        weights.append(numpy_helper.from_array(drawn.astype(np.float32), f"fc{layer}.weight"))
        weights.append(numpy_helper.from_array(np.zeros(width, np.float32), f"fc{layer}.bias"))
        is_last = layer == len(sizes) - 1
        name = "logits" if is_last else f"fc{layer}"
        nodes.append(helper.make_node(
            "Gemm", [value, f"fc{layer}.weight", f"fc{layer}.bias"], [name], name=f"fc{layer}", transB=1))
        if not is_last:
            nodes.append(helper.make_node("Relu", [name], [f"relu{layer}"], name=f"relu{layer}"))
        value = f"relu{layer}"
    shape = ["N", 1, arguments.side, arguments.side]
    graph = helper.make_graph(
        nodes, "dense", [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 10])], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, arguments.output)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("data")
    one.add_argument("side", type=int)
    one.add_argument("output")
    one.add_argument("--gain", type=float, default=1.0)
    one.set_defaults(run=data)
    two = commands.add_parser("network")
    two.add_argument("side", type=int)
    two.add_argument("widths")
    two.add_argument("output")
    two.set_defaults(run=network)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
