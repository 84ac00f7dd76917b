#!/usr/bin/env python3
"""Makes the single-purpose ONNX fixtures in this folder and in ../unsupported.

    python3 make.py [CASE ...]          no CASE: all, and PROVENANCE.md in both folders

operators/<case>/    model.onnx, input.bin, output.bin (little-endian float32, row-major; the output is what
                     onnxruntime computes), expected.json {inputShape, outputShape, opset, operators: {name: count}}
unsupported/<case>/  model.onnx (valid: checked, and run by onnxruntime), expected.json {opset, operators,
                     unsupported: [{operator, node}]}

Weights and inputs are random, seeded by the case's name. Every input is a batch of 2; the models leave the batch
axis free, two-unsupported excepted. Every model in operators is checked with onnx.checker and computed a second time
with onnx.reference, and both must agree. Needs onnx, onnxruntime and numpy; versions in PROVENANCE.md.
"""
import hashlib
import json
import platform
import shutil
import sys
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun

SEED = 20261123
DATE = "2026-11-23"
BATCH = 2
TOLERANCE = 2e-6                # largest difference allowed between onnxruntime and onnx.reference
NEWEST = 28                     # the newest opset that both onnx 1.23.2 and onnxruntime 1.32.0 take
HERE = Path(__file__).resolve().parent
CASES = {}


class Graph:
    """One model under construction. Node and tensor names are plain and stable."""

    def __init__(self, name, opset):
        self.name, self.opset = name, opset
        self.random = np.random.default_rng([SEED, zlib.crc32(name.encode())])
        self.nodes, self.initializers, self.outputs = [], [], None

    def constant(self, values, kind=np.float32):
        name = f"c{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def shape(self, *dims):
        return self.constant(dims, np.int64)

    def normal(self, *dims, scale=None, shift=0.0):
        scale = scale if scale is not None else 1 / np.sqrt(max(np.prod(dims[1:]), 1))
        return self.constant(self.random.normal(shift, scale, dims))

    def uniform(self, low, high, *dims):
        return self.constant(self.random.uniform(low, high, dims))

    def node(self, operator, *inputs, **attributes):
        index = sum(n.op_type == operator for n in self.nodes)
        name = f"{operator.lower()}_{index}"
        self.nodes.append(helper.make_node(operator, list(inputs), [f"{name}_out"], name=name, **attributes))
        return f"{name}_out"

    # The layers that several cases use.
    def conv(self, x, cin, cout, kernel, groups=1, bias=True, **attributes):
        inputs = [x, self.normal(cout, cin // groups, *kernel)] + ([self.normal(cout, scale=0.3)] if bias else [])
        if groups != 1:
            attributes["group"] = groups
        attributes.setdefault("kernel_shape", list(kernel))
        return self.node("Conv", *inputs, **{k: v for k, v in attributes.items() if v is not None})

    def norm(self, x, channels, **attributes):
        return self.node("BatchNormalization", x, self.uniform(0.5, 1.5, channels), self.normal(channels, scale=0.3),
                         self.normal(channels, scale=0.3), self.uniform(0.3, 2, channels), **attributes)

    def gemm(self, x, n, m, **attributes):
        return self.node("Gemm", x, self.normal(m, n), self.normal(m, scale=0.3), transB=1, **attributes)

    def model(self, inputs, output, types=None):
        ir = helper.find_min_ir_version_for([helper.make_opsetid("", self.opset)])
        values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in inputs.items()]
        if ir < 4:              # before IR 4 every initializer is a graph input too
            values += [helper.make_tensor_value_info(t.name, t.data_type, t.dims) for t in self.initializers]
        outputs = [helper.make_tensor_value_info(n, (types or {}).get(n, TensorProto.FLOAT), s)
                   for n, s in output.items()]
        graph = helper.make_graph(self.nodes, self.name, values, outputs, self.initializers)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=ir,
                                 producer_name="sfconv-fixtures")


def case(name, shape, opset=13):
    """Registers a builder: called with (graph, "input"), returns the output's name. shape is without the batch."""
    def register(build):
        assert name not in CASES, name
        CASES[name] = (shape, opset, build)
        return build
    return register


# Convolution ---------------------------------------------------------------------------------------------------

case("conv2d-basic", (3, 6, 7))(lambda g, x: g.conv(x, 3, 4, (3, 3), pads=[1, 1, 1, 1]))
case("conv2d-no-bias", (3, 6, 7))(lambda g, x: g.conv(x, 3, 4, (3, 3), bias=False))
case("conv2d-kernel-shape-left-out", (3, 6, 7))(lambda g, x: g.conv(x, 3, 4, (2, 3), kernel_shape=None))
case("conv2d-kernel-2x3-strides-2x1", (2, 7, 8))(lambda g, x: g.conv(x, 2, 3, (2, 3), strides=[2, 1]))
case("conv2d-stride-2-pads-asymmetric", (2, 7, 8))(
    lambda g, x: g.conv(x, 2, 3, (3, 3), strides=[2, 2], pads=[0, 1, 2, 3]))
case("conv2d-dilations-2", (2, 8, 9))(lambda g, x: g.conv(x, 2, 3, (3, 3), dilations=[2, 2], pads=[2, 2, 2, 2]))
case("conv2d-dilations-1x3", (2, 6, 9))(lambda g, x: g.conv(x, 2, 3, (3, 3), dilations=[1, 3]))
case("conv2d-groups-2", (4, 6, 6))(lambda g, x: g.conv(x, 4, 6, (3, 3), groups=2, pads=[1, 1, 1, 1]))
case("conv2d-depthwise", (5, 6, 6))(lambda g, x: g.conv(x, 5, 5, (3, 3), groups=5, pads=[1, 1, 1, 1]))
case("conv2d-depthwise-multiplier-2", (3, 6, 6))(lambda g, x: g.conv(x, 3, 6, (3, 3), groups=3))
case("conv2d-pointwise", (4, 5, 5))(lambda g, x: g.conv(x, 4, 6, (1, 1)))
# Even kernel and odd rest: SAME_UPPER and SAME_LOWER put the odd cell on different sides.
case("conv2d-auto-pad-same-upper", (2, 7, 8))(
    lambda g, x: g.conv(x, 2, 3, (4, 3), strides=[2, 2], auto_pad="SAME_UPPER"))
case("conv2d-auto-pad-same-lower", (2, 7, 8))(
    lambda g, x: g.conv(x, 2, 3, (4, 3), strides=[2, 2], auto_pad="SAME_LOWER"))
case("conv2d-auto-pad-valid", (2, 7, 8))(lambda g, x: g.conv(x, 2, 3, (3, 3), strides=[2, 2], auto_pad="VALID"))
case("conv1d-basic", (3, 12))(lambda g, x: g.conv(x, 3, 4, (5,), pads=[2, 1], strides=[2]))
case("conv1d-dilated-grouped", (4, 14))(lambda g, x: g.conv(x, 4, 6, (3,), groups=2, dilations=[3], pads=[3, 3]))

# Dense ---------------------------------------------------------------------------------------------------------

case("gemm-trans-b-0", (6,))(lambda g, x: g.node("Gemm", x, g.normal(6, 4, scale=0.4), g.normal(4)))
case("gemm-trans-b-1", (6,))(lambda g, x: g.node("Gemm", x, g.normal(4, 6, scale=0.4), g.normal(4), transB=1))
case("gemm-alpha-beta", (6,))(
    lambda g, x: g.node("Gemm", x, g.normal(4, 6), g.normal(4), transB=1, alpha=0.5, beta=-2.0))
case("gemm-no-bias", (6,))(lambda g, x: g.node("Gemm", x, g.normal(4, 6), transB=1))
case("gemm-bias-one-value", (6,))(lambda g, x: g.node("Gemm", x, g.normal(4, 6), g.constant([0.75]), transB=1))
case("gemm-bias-row", (6,))(lambda g, x: g.node("Gemm", x, g.normal(4, 6), g.normal(1, 4), transB=1))
case("matmul-add", (6,))(lambda g, x: g.node("Add", g.node("MatMul", x, g.normal(6, 4, scale=0.4)), g.normal(4)))
case("matmul-add-constant-first", (6,))(
    lambda g, x: g.node("Add", g.normal(4), g.node("MatMul", x, g.normal(6, 4, scale=0.4))))
case("matmul-time-axis", (5, 6))(lambda g, x: g.node("MatMul", x, g.normal(6, 4, scale=0.4)))

# Arithmetic with constants, residuals --------------------------------------------------------------------------


@case("residual-add", (3, 6, 6))
def _(g, x):
    y = g.node("Relu", g.conv(x, 3, 3, (3, 3), pads=[1, 1, 1, 1]))
    return g.node("Relu", g.node("Add", g.conv(y, 3, 3, (3, 3), pads=[1, 1, 1, 1]), x))


case("add-per-channel", (3, 4, 5))(lambda g, x: g.node("Add", x, g.normal(3, 1, 1, scale=1)))
case("sub-scalar", (3, 4, 5))(lambda g, x: g.node("Sub", x, g.constant(0.25)))
case("sub-per-channel", (3, 4, 5))(lambda g, x: g.node("Sub", x, g.normal(1, 3, 1, 1, scale=1)))
case("sub-constant-first", (3, 4, 5))(lambda g, x: g.node("Sub", g.constant(1.5), x))
case("mul-scalar", (3, 4, 5))(lambda g, x: g.node("Mul", x, g.constant([-1.75])))
case("mul-per-channel", (3, 4, 5))(lambda g, x: g.node("Mul", x, g.normal(3, 1, 1, scale=1)))
case("div-scalar", (3, 4, 5))(lambda g, x: g.node("Div", x, g.constant(255.0)))
case("div-per-channel", (3, 4, 5))(lambda g, x: g.node("Div", x, g.uniform(0.2, 2, 3, 1, 1)))
case("input-normalisation", (3, 4, 5))(
    lambda g, x: g.conv(g.node("Div", g.node("Sub", x, g.uniform(0.3, 0.6, 3, 1, 1)), g.uniform(0.2, 0.3, 3, 1, 1)),
                        3, 2, (3, 3)))

# Normalisation and activations ---------------------------------------------------------------------------------

case("batchnorm", (4, 5, 5))(lambda g, x: g.norm(x, 4, epsilon=1e-3))
case("batchnorm-opset-9", (4, 5, 5), 9)(lambda g, x: g.norm(x, 4))
case("batchnorm-opset-15", (4, 5, 5), 15)(lambda g, x: g.norm(x, 4, epsilon=1e-4))
case("batchnorm-dense", (4,))(lambda g, x: g.norm(g.gemm(x, 4, 5), 5))
case("relu", (3, 4, 5))(lambda g, x: g.node("Relu", x))
case("clip-opset-9", (3, 4, 5), 9)(lambda g, x: g.node("Clip", x, min=-0.5, max=0.75))
case("clip-opset-9-default", (3, 4, 5), 9)(lambda g, x: g.node("Clip", x, min=0.0))
case("clip-opset-13", (3, 4, 5))(lambda g, x: g.node("Clip", x, g.constant(0.0), g.constant(0.75)))
case("clip-opset-13-min-only", (3, 4, 5))(lambda g, x: g.node("Clip", x, g.constant(-0.25)))
case("clip-opset-13-max-only", (3, 4, 5))(lambda g, x: g.node("Clip", x, "", g.constant(0.25)))
case("leakyrelu", (3, 4, 5))(lambda g, x: g.node("LeakyRelu", x, alpha=0.2))
case("leakyrelu-default", (3, 4, 5))(lambda g, x: g.node("LeakyRelu", x))

# Pooling -------------------------------------------------------------------------------------------------------

case("maxpool", (2, 6, 8))(lambda g, x: g.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]))
case("maxpool-default-strides", (2, 6, 7))(lambda g, x: g.node("MaxPool", x, kernel_shape=[3, 2]))
case("maxpool-pads", (2, 6, 7))(
    lambda g, x: g.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 0]))
case("maxpool-ceil-mode", (2, 6, 7))(
    lambda g, x: g.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1))
case("maxpool-auto-pad-same-upper", (2, 6, 7))(
    lambda g, x: g.node("MaxPool", x, kernel_shape=[3, 2], strides=[2, 2], auto_pad="SAME_UPPER"))
case("maxpool-1d", (3, 11))(lambda g, x: g.node("MaxPool", x, kernel_shape=[3], strides=[2], pads=[1, 0]))
case("averagepool", (2, 6, 8))(lambda g, x: g.node("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2]))
case("averagepool-count-include-pad-0", (2, 6, 7))(
    lambda g, x: g.node("AveragePool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=0))
case("averagepool-count-include-pad-1", (2, 6, 7))(
    lambda g, x: g.node("AveragePool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1))
case("averagepool-ceil-mode", (2, 6, 7))(
    lambda g, x: g.node("AveragePool", x, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1))
case("averagepool-1d", (3, 11))(lambda g, x: g.node("AveragePool", x, kernel_shape=[3], strides=[2], pads=[1, 1]))
case("globalaveragepool", (4, 5, 6))(lambda g, x: g.node("GlobalAveragePool", x))
case("globalaveragepool-1d", (4, 9))(lambda g, x: g.node("GlobalAveragePool", x))

# Shape ---------------------------------------------------------------------------------------------------------

case("flatten-axis-1", (3, 4, 5))(lambda g, x: g.gemm(g.node("Flatten", x, axis=1), 60, 3))
case("reshape-minus-one", (3, 4, 5))(lambda g, x: g.gemm(g.node("Reshape", x, g.shape(-1, 60)), 60, 3))
case("reshape-zero-minus-one", (3, 4, 5))(lambda g, x: g.gemm(g.node("Reshape", x, g.shape(0, -1)), 60, 3))
case("reshape-zero-zero-minus-one", (3, 4, 5))(
    lambda g, x: g.conv(g.node("Reshape", x, g.shape(0, 0, -1)), 3, 2, (3,)))
case("reshape-to-image", (24,))(lambda g, x: g.conv(g.node("Reshape", x, g.shape(-1, 2, 3, 4)), 2, 3, (2, 2)))


@case("transpose-and-back", (3, 4, 5))
def _(g, x):
    y = g.node("Transpose", x, perm=[0, 2, 3, 1])
    y = g.node("Mul", y, g.normal(3, scale=1))          # the channel is the last axis here
    return g.conv(g.node("Transpose", y, perm=[0, 3, 1, 2]), 3, 2, (3, 3))


case("transpose-flatten-gemm", (3, 4, 5))(
    lambda g, x: g.gemm(g.node("Flatten", g.node("Transpose", x, perm=[0, 2, 3, 1]), axis=1), 60, 3))


@case("squeeze-unsqueeze-opset-11", (3, 8), 11)
def _(g, x):
    y = g.conv(g.node("Unsqueeze", x, axes=[2]), 3, 4, (1, 3))
    return g.node("Squeeze", y, axes=[2])


@case("squeeze-unsqueeze-opset-13", (3, 8))
def _(g, x):
    y = g.conv(g.node("Unsqueeze", x, g.shape(2)), 3, 4, (1, 3))
    return g.node("Squeeze", y, g.shape(-2))


case("identity-dropout", (3, 4, 5))(
    lambda g, x: g.node("Relu", g.node("Dropout", g.node("Identity", x), g.constant(0.4))))
case("dropout-opset-11", (3, 4, 5), 11)(lambda g, x: g.node("Relu", g.node("Dropout", x, ratio=0.4)))


@case("constant-node", (3, 5, 5))
def _(g, x):
    tensor = lambda *dims: numpy_helper.from_array(g.random.normal(0, 0.4, dims).astype(np.float32))
    weight = g.node("Constant", value=tensor(2, 3, 3, 3))
    bias = g.node("Constant", value_floats=[0.25, -0.5])
    scale = g.node("Constant", value_float=1.5)
    return g.node("Mul", g.node("Conv", x, weight, bias, kernel_shape=[3, 3]), scale)


@case("initializer-through-identity", (3, 5, 5))
def _(g, x):
    return g.node("Conv", x, g.node("Identity", g.normal(2, 3, 3, 3)), g.node("Identity", g.normal(2)))


@case("constantofshape-add", (3, 4, 5))
def _(g, x):
    fill = g.node("ConstantOfShape", g.shape(3, 1, 1), value=helper.make_tensor("v", TensorProto.FLOAT, [1], [0.625]))
    return g.node("Add", x, fill)


case("pad-opset-10", (2, 4, 5), 10)(
    lambda g, x: g.conv(g.node("Pad", x, mode="constant", pads=[0, 0, 1, 2, 0, 0, 0, 1], value=0.0), 2, 3, (3, 3)))
case("pad-opset-11", (2, 4, 5), 11)(
    lambda g, x: g.conv(g.node("Pad", x, g.shape(0, 0, 1, 2, 0, 0, 0, 1)), 2, 3, (3, 3)))
case("pad-opset-13-value", (2, 4, 5))(
    lambda g, x: g.node("Pad", x, g.shape(0, 0, 1, 2, 0, 0, 0, 1), g.constant(-0.5), mode="constant"))


@case("concat-channels", (3, 5, 5))
def _(g, x):
    a = g.conv(x, 3, 2, (3, 3), pads=[1, 1, 1, 1])
    b = g.node("Relu", g.conv(x, 3, 4, (1, 1)))
    return g.conv(g.node("Concat", a, b, x, axis=1), 9, 3, (1, 1))


# Ends ----------------------------------------------------------------------------------------------------------

case("softmax-opset-11", (6,), 11)(lambda g, x: g.node("Softmax", x))
case("softmax-opset-11-image", (2, 3, 4), 11)(lambda g, x: g.node("Softmax", x))     # over axes 1..3 together
case("softmax-opset-13", (6,))(lambda g, x: g.node("Softmax", x, axis=1))
case("softmax-opset-13-image", (2, 3, 4))(lambda g, x: g.node("Softmax", x, axis=1))  # over axis 1 alone
case("logsoftmax-opset-11", (6,), 11)(lambda g, x: g.node("LogSoftmax", x, axis=1))
case("logsoftmax-opset-13", (6,))(lambda g, x: g.node("LogSoftmax", x))
case("reducemean-opset-13", (3, 4, 5))(lambda g, x: g.node("ReduceMean", x, axes=[2, 3], keepdims=0))
case("reducemean-opset-13-keepdims", (3, 4, 5))(lambda g, x: g.node("ReduceMean", x, axes=[-1, -2]))
case("reducemean-opset-18", (3, 4, 5), 18)(lambda g, x: g.node("ReduceMean", x, g.shape(2, 3), keepdims=0))
case("reducemean-opset-18-keepdims", (3, 4, 5), 18)(lambda g, x: g.node("ReduceMean", x, g.shape(-2, -1)))

# Whole networks ------------------------------------------------------------------------------------------------


@case("resnet-small", (3, 10, 10))
def _(g, x):
    def block(x, cin, cout, stride):
        y = g.conv(x, cin, cout, (3, 3), pads=[1, 1, 1, 1], strides=[stride, stride], bias=False)
        y = g.node("Relu", g.norm(y, cout))
        y = g.norm(g.conv(y, cout, cout, (3, 3), pads=[1, 1, 1, 1], bias=False), cout)
        if stride != 1 or cin != cout:
            x = g.norm(g.conv(x, cin, cout, (1, 1), strides=[stride, stride], bias=False), cout)
        return g.node("Relu", g.node("Add", y, x))
    y = g.node("Relu", g.norm(g.conv(x, 3, 6, (3, 3), pads=[1, 1, 1, 1], bias=False), 6))
    y = g.node("MaxPool", y, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    y = block(y, 6, 6, 1)
    y = block(y, 6, 8, 2)
    return g.gemm(g.node("Flatten", g.node("GlobalAveragePool", y), axis=1), 8, 5)


def small_cnn(g, x):
    y = g.node("Relu", g.norm(g.conv(x, 1, 4, (3, 3), pads=[1, 1, 1, 1]), 4))
    y = g.node("MaxPool", y, kernel_shape=[2, 2], strides=[2, 2])
    return g.gemm(g.node("Flatten", y), 64, 5)


for _opset in (7, 9, 11, 13, 15, 17, 18, 20, 21, NEWEST):
    case(f"cnn-opset-{_opset:02d}", (1, 8, 8), _opset)(small_cnn)


# Making the files ----------------------------------------------------------------------------------------------

class BatchNormalization(OpRun):
    """In place of onnx.reference's: below opset 14 that one updates the running statistics, as in training."""
    op_domain = ""

    def _run(self, x, scale, bias, mean, variance, epsilon=1e-5, **_):
        along = lambda v: v.reshape((1, -1) + (1,) * (x.ndim - 2))
        y = (x - along(mean)) / np.sqrt(along(variance) + epsilon) * along(scale) + along(bias)
        return (y.astype(np.float32),)


class Softmax(OpRun):
    """In place of onnx.reference's below opset 13: that one takes one axis, the text says axis and all after it."""
    op_domain = ""

    def _run(self, x, axis=None):
        axis = 1 if axis in (None, -1) else axis        # left out: 1 then, filled in as -1 by a newer schema
        rows = x.reshape(int(np.prod(x.shape[:axis])), -1)
        rows = np.exp(rows - rows.max(1, keepdims=True))
        return ((rows / rows.sum(1, keepdims=True)).reshape(x.shape),)


def infer(model, feeds):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, feeds)


def operators(model):
    return dict(sorted(Counter(n.op_type for n in model.graph.node).items()))


def write(folder, model, expected, **arrays):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    for name, values in arrays.items():
        (folder / f"{name}.bin").write_bytes(values.astype("<f4").tobytes())


def make(name):
    shape, opset, build = CASES[name]
    g = Graph(name, opset)
    output = build(g, "input")
    g.nodes[-1].output[0] = "output"
    assert g.nodes[-1].name + "_out" == output
    x = g.random.normal(0, 1, (BATCH, *shape)).astype(np.float32)
    draft = g.model({"input": ["N", *shape]}, {"output": None})
    (y,) = infer(draft, {"input": x})
    assert y.dtype == np.float32 and y.shape[0] == BATCH and np.isfinite(y).all() and np.ptp(y) > 0, name
    model = g.model({"input": ["N", *shape]}, {"output": ["N", *y.shape[1:]]})
    onnx.checker.check_model(model, full_check=True)
    (again,) = infer(model, {"input": x})
    assert np.array_equal(y, again)
    replaced = [BatchNormalization] + [Softmax] * (opset < 13)
    (second,) = ReferenceEvaluator(model, new_ops=replaced).run(None, {"input": x})
    gap = float(np.abs(second - y).max()) if second.shape == y.shape else f"{second.shape}, not {y.shape}"
    if not isinstance(gap, float) or gap > TOLERANCE:
        raise SystemExit(f"{name}: onnx.reference differs: {gap}")
    write(HERE / name, model, {"inputShape": list(x.shape), "outputShape": list(y.shape), "opset": opset,
                               "operators": operators(model)}, input=x, output=y)


def lstm():
    g = Graph("lstm", 14)
    sequence = g.node("Transpose", "input", perm=[1, 0, 2])
    g.nodes.append(helper.make_node(
        "LSTM", [sequence, g.normal(1, 20, 4, scale=0.4), g.normal(1, 20, 5, scale=0.4), g.normal(1, 40, scale=0.2)],
        ["lstm_0_out", "lstm_0_last"], name="lstm_0", hidden_size=5))
    g.gemm(g.node("Squeeze", "lstm_0_last", g.shape(0)), 5, 3)
    g.nodes[-1].output[0] = "output"
    return g, {"input": ["N", 7, 4]}, {"output": ["N", 3]}, None, ["LSTM"]


def two_unsupported():
    g = Graph("two-unsupported", 16)
    y = g.node("Relu", g.conv("input", 1, 2, (3, 3), pads=[1, 1, 1, 1]))
    y = g.node("GridSample", y, g.uniform(-1, 1, 2, 4, 4, 2), mode="bilinear", padding_mode="zeros")
    y = g.node("Flatten", y)
    boxes = g.node("Reshape", g.gemm(y, 32, 20), g.shape(2, 5, 4))
    scores = g.node("Reshape", g.gemm(y, 32, 5), g.shape(2, 1, 5))
    g.node("NonMaxSuppression", boxes, scores, g.constant([3], np.int64), g.constant([0.5]), g.constant([-100.0]))
    g.nodes[-1].output[0] = "output"
    return g, {"input": [2, 1, 6, 6]}, {"output": ["K", 3]}, {"output": TensorProto.INT64}, \
        ["GridSample", "NonMaxSuppression"]


def if_node():
    g = Graph("if-node", 13)
    y = g.conv("input", 1, 2, (3, 3), pads=[1, 1, 1, 1])
    condition = g.node("Greater", g.node("ReduceMean", "input", keepdims=0), g.constant(0.0))
    branches = {}
    for key, operator in (("then_branch", "Relu"), ("else_branch", "Neg")):
        out = helper.make_tensor_value_info(f"{key}_out", TensorProto.FLOAT, ["N", 2, 5, 5])
        branches[key] = helper.make_graph([helper.make_node(operator, [y], [f"{key}_out"], name=f"{key}_0")],
                                          key, [], [out])
    g.node("If", condition, **branches)
    g.nodes[-1].output[0] = "output"
    return g, {"input": ["N", 1, 5, 5]}, {"output": ["N", 2, 5, 5]}, None, ["If"]


UNSUPPORTED = {"lstm": lstm, "two-unsupported": two_unsupported, "if-node": if_node}


def make_unsupported(name):
    g, inputs, outputs, types, refused = UNSUPPORTED[name]()
    model = g.model(inputs, outputs, types)
    onnx.checker.check_model(model, full_check=True)
    shape = [BATCH if d == "N" else d for d in inputs["input"]]
    results = infer(model, {"input": g.random.normal(0, 1, shape).astype(np.float32)})
    assert all(r.size for r in results), name
    write(HERE.parent / "unsupported" / name, model, {
        "opset": g.opset, "operators": operators(model),
        "unsupported": [{"operator": n.op_type, "node": n.name} for n in model.graph.node if n.op_type in refused]})


def sums(folder):
    files = sorted(p for p in folder.glob("*/*") if p.suffix in (".onnx", ".bin"))
    return "\n".join(f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}" for p in files)


def provenance():
    versions = (f"Python {platform.python_version()}, onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, "
                f"numpy {np.__version__}")
    head = f"""| | |
|---|---|
| Origin | made for this project by `{{script}}`; no foreign weights or data |
| Tools | {versions} |
| Command | `python3 {{command}}` |
| Seed | {SEED}, joined with the CRC-32 of the case's name |
| Date | {DATE} |
| Licence | that of this repository |
"""
    (HERE / "PROVENANCE.md").write_text(f"""# operators: {len(CASES)} single-purpose ONNX models

{head.format(script="make.py", command="make.py")}
Each folder: `model.onnx`, `input.bin` and `output.bin` (float32, little-endian, row-major, batch of {BATCH}) and
`expected.json` (inputShape, outputShape, opset, operators with their counts). The output is onnxruntime's (CPU, graph
optimisations off, one thread). Each model was checked with `onnx.checker` (full check) and computed again with
`onnx.reference`; the two agree within {TOLERANCE:f} everywhere. (Two operators of onnx.reference are replaced for
that, with the reason, in `make.py`: BatchNormalization, and Softmax below opset 13.) Other versions or processors may
differ in the last bits of a float: compare with a tolerance; 0.00001 is ample.

Graph input `input`, graph output `output`; the batch axis is free (`N`). The opset is 13 unless the case's name or
`expected.json` says otherwise; the IR version is the lowest that the opset allows, so `cnn-opset-07` (IR 3) lists its
initializers among the graph inputs too.

What the cases prove: an operator's reading and arithmetic, each by itself (attributes, defaults, the places where
opsets moved an attribute to an input), and that one small network gives the right numbers at every opset from 7 on.

SHA-256 (`sha256sum -c` accepts these lines):

```
{sums(HERE)}
```
""")
    folder = HERE.parent / "unsupported"
    (folder / "PROVENANCE.md").write_text(f"""# unsupported: valid ONNX models that must be refused

{head.format(script="../operators/make.py", command="../operators/make.py")}
Each folder: `model.onnx` (passes `onnx.checker`, runs in onnxruntime) and `expected.json` (opset, operators with their
counts, and under `unsupported` the operators to be named in the refusal, with the nodes' names).

What the cases prove: a model that cannot be converted is refused with every unsupported operator named, not just the
first (`two-unsupported`), recurrent layers are not taken for dense ones (`lstm`), and control flow is refused
(`if-node`; Greater, which computes its condition from an activation, is refused for that).

SHA-256 (`sha256sum -c` accepts these lines):

```
{sums(folder)}
```
""")


def main():
    chosen = sys.argv[1:] or [*CASES, *UNSUPPORTED]
    for name in chosen:
        make(name) if name in CASES else make_unsupported(name)
    if not sys.argv[1:]:
        provenance()
    print(f"{len(chosen)} cases")


if __name__ == "__main__":
    main()
