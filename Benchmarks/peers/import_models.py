"""Writes the models of run-import.sh: residual networks of random weights.

usage: import_models.py FOLDER [one-file] [external]

one-file  FOLDER/one-file.onnx, 1 GB, all weights inside (protobuf holds at most 2 GiB)
external  FOLDER/external.onnx with FOLDER/external.bin, 3 GiB of weights beside the model
"""
import math
import pathlib
import sys

import numpy
import onnx
from onnx import TensorProto, helper

# Channels of the first stage and blocks per stage; every stage doubles the channels.
SIZES = {"one-file": (212, (3, 4, 6, 3)), "external": (362, (3, 4, 6, 3))}
CLASSES = 1000


class Writer:
    """Nodes and weights of a network; weights go into the model or, with `data`, into a file."""

    def __init__(self, data=None):
        self.nodes, self.tensors, self.data = [], [], data
        self.random = numpy.random.default_rng(1)

    def weight(self, name, shape, scale, offset=0.0):
        values = self.random.standard_normal(shape, dtype=numpy.float32)
        values *= numpy.float32(scale)
        values += numpy.float32(offset)
        tensor = TensorProto(name=name, dims=shape, data_type=TensorProto.FLOAT)
        if self.data is None:
            tensor.raw_data = values.tobytes()
        else:
            place = {"location": pathlib.Path(self.data.name).name, "offset": self.data.tell(),
                     "length": values.nbytes}
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in place.items():
                tensor.external_data.add(key=key, value=str(value))
            self.data.write(values.tobytes())
        self.tensors.append(tensor)
        return name

    def node(self, operator, inputs, name, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def convolution(self, value, channels, size, stride, name):
        wide, narrow = channels
        kernel = self.weight(f"{name}.kernel", (wide, narrow, size, size),
                             math.sqrt(2 / (narrow * size * size)))
        value = self.node("Conv", [value, kernel], name, kernel_shape=[size] * 2,
                          strides=[stride] * 2, pads=[size // 2] * 4)
        statistics = [self.weight(f"{name}.{role}", (wide,), 0.01, offset)
                      for role, offset in (("scale", 1), ("shift", 0), ("mean", 0), ("variance", 1))]
        return self.node("BatchNormalization", [value, *statistics], f"{name}.normalised")


def network(writer, width, stages):
    value = writer.convolution("image", (width, 3), 7, 2, "first")
    value = writer.node("Relu", [value], "first.relu")
    value = writer.node("MaxPool", [value], "pool", kernel_shape=[3, 3], strides=[2, 2],
                        pads=[1] * 4)
    narrow = width
    for stage, blocks in enumerate(stages):
        inner = width << stage
        for block in range(blocks):
            name, stride = f"stage{stage}.block{block}", 2 if stage and not block else 1
            path = value
            for part, (channels, size, step) in enumerate(
                    (((inner, narrow), 1, 1), ((inner, inner), 3, stride), ((4 * inner, inner), 1, 1))):
                path = writer.convolution(path, channels, size, step, f"{name}.{part}")
                if part < 2:
                    path = writer.node("Relu", [path], f"{name}.{part}.relu")
            if not block:
                value = writer.convolution(value, (4 * inner, narrow), 1, stride, f"{name}.side")
            value = writer.node("Add", [path, value], f"{name}.sum")
            value, narrow = writer.node("Relu", [value], f"{name}.relu"), 4 * inner
    value = writer.node("GlobalAveragePool", [value], "mean")
    value = writer.node("Flatten", [value], "vector")
    matrix = writer.weight("last.matrix", (CLASSES, narrow), 0.01)
    bias = writer.weight("last.bias", (CLASSES,), 0.01)
    writer.node("Gemm", [value, matrix, bias], "logits", transB=1)


def save(folder, kind):
    data = open(folder / "external.bin", "wb") if kind == "external" else None
    writer = Writer(data)
    network(writer, *SIZES[kind])
    graph = helper.make_graph(
        writer.nodes, kind,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, 224, 224])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", CLASSES])],
        writer.tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    (folder / f"{kind}.onnx").write_bytes(model.SerializeToString())
    if data:
        data.close()
    size = sum(path.stat().st_size for path in folder.glob(f"{kind}.*"))
    print(f"{kind}: {size} bytes, {len(writer.nodes)} nodes, {len(writer.tensors)} tensors")


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for wanted in sys.argv[2:] or SIZES:
        save(target, wanted)
