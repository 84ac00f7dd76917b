"""TFLite networks as TensorFlow's converter writes them, outputs of the interpreter, and bad files.

python3 make.py       (tensorflow-cpu 2.15.1, ai-edge-litert 1.4.0; minutes)
python3 make.py bad   (flatbuffers, ai-edge-litert 1.4.0)
"""

import json
import os
import sys

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

IS_BAD = sys.argv[1:] == ["bad"]
if not IS_BAD:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras
    import tensorflow as tf
    from ai_edge_litert import interpreter as litert
    from keras import layers as L

SEED = 20261201


def cnn():
    x = i = keras.Input((9, 7, 3), batch_size=1)
    x = L.Conv2D(4, 3, strides=2, padding="same", activation="relu")(x)
    x = L.DepthwiseConv2D(3, padding="same", depth_multiplier=2, activation=tf.nn.relu6)(x)
    x = L.Conv2D(6, (2, 1), activation="relu")(x)
    x = L.MaxPooling2D(2, padding="same")(x)
    x = L.Flatten()(x)
    x = L.Dense(8, activation="relu")(x)
    return keras.Model(i, L.Dense(5)(x))


def residual():
    x = i = keras.Input((8, 8, 2), batch_size=1)
    x = L.ZeroPadding2D(((0, 1), (0, 1)))(x)
    x = L.Conv2D(4, 3, strides=2)(x)
    x = L.BatchNormalization()(x)
    y = L.ReLU()(x)
    x = L.Conv2D(4, 3, padding="same", dilation_rate=2)(y)
    x = L.Add()([x, y])
    x = L.ReLU(6.0)(x)
    z = L.AveragePooling2D(2, strides=1, padding="same")(x)
    x = L.Concatenate()([x, z])
    x = L.Conv2D(6, 1, groups=1)(x)
    x = L.LeakyReLU(0.25)(x)
    x = L.GlobalAveragePooling2D()(x)
    return keras.Model(i, L.Dense(4)(x))


def signal():
    x = i = keras.Input((16, 3), batch_size=1)
    x = L.Conv1D(4, 3, padding="same", activation="relu")(x)
    x = L.Conv1D(6, 4, strides=2, activation="relu")(x)
    x = L.Flatten()(x)
    return keras.Model(i, L.Dense(3)(x))


def mlp():
    x = i = keras.Input((6,), batch_size=1)
    x = L.Rescaling(0.5, offset=-0.25)(x)
    x = L.Dense(8, activation="relu")(x)
    x = L.Dense(4)(x)
    return keras.Model(i, L.Softmax()(x))


def layout():
    x = i = keras.Input((4, 6, 2), batch_size=1)
    x = L.Permute((3, 1, 2))(x)
    x = L.Permute((2, 3, 1))(x)
    x = L.Conv2D(3, 3, activation="relu")(x)
    x = L.Permute((2, 1, 3))(x)
    x = L.Reshape((2, 4, 3))(x)
    x = L.Reshape((24,))(x)
    x = L.Reshape((4, 6))(x)
    x = L.Flatten()(x)
    return keras.Model(i, L.Dense(3)(x))


NETWORKS = {"cnn": cnn, "residual": residual, "signal": signal, "mlp": mlp, "layout": layout}


def randomise(model, random):
    for weight in model.weights:
        shape = weight.shape
        if "variance" in weight.name:
            weight.assign(random.uniform(0.5, 2, shape))
        elif "gamma" in weight.name:
            weight.assign(random.uniform(0.5, 1.5, shape))
        else:
            fan = int(np.prod(shape[:-1])) if len(shape) > 1 else 4
            weight.assign(random.normal(0, 1.4 / np.sqrt(max(fan, 1)), shape))


def convert(model, kind, random):
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    shape = (1, *model.input_shape[1:])
    samples = [random.uniform(-1, 1, shape).astype(np.float32) for _ in range(64)]
    if kind != "float":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if kind in ("int8", "uint8"):
        converter.representative_dataset = lambda: ([s] for s in samples)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.int8 if kind == "int8" else tf.uint8
        converter.inference_output_type = converter.inference_input_type
    return converter.convert()


def run(data, samples):
    """Inputs and outputs in real numbers, as the default interpreter (XNNPACK) gives them."""
    interpreter = litert.Interpreter(model_content=data)
    interpreter.allocate_tensors()
    entry = interpreter.get_input_details()[0]
    end = interpreter.get_output_details()[0]
    outputs = []
    for sample in samples:
        value = sample
        if entry["dtype"] != np.float32:
            scale, zero = entry["quantization"]
            limits = np.iinfo(entry["dtype"])
            value = np.clip(np.round(sample / np.float32(scale)) + zero, limits.min, limits.max)
        interpreter.set_tensor(entry["index"], value.astype(entry["dtype"])[None])
        interpreter.invoke()
        result = interpreter.get_tensor(end["index"])[0]
        if end["dtype"] != np.float32:
            scale, zero = end["quantization"]
            result = (result.astype(np.int32) - zero) * np.float32(scale)
        outputs.append(result)
    scale = float(end["quantization"][0]) if end["dtype"] != np.float32 else 0
    return outputs, scale


CASES = [
    ("cnn", "float"), ("residual", "float"), ("signal", "float"), ("mlp", "float"),
    ("layout", "float"), ("cnn", "float16"), ("cnn", "int8"), ("residual", "int8"),
    ("signal", "int8"), ("cnn", "uint8"), ("mlp", "int8"),
]


def networks():
    expected = {}
    for name, kind in CASES:
        keras.utils.set_random_seed(SEED)
        random = np.random.default_rng(SEED)
        model = NETWORKS[name]()
        randomise(model, random)
        data = convert(model, kind, random)
        file = f"{name}-{kind}.tflite"
        with open(file, "wb") as stream:
            stream.write(data)
        samples = random.uniform(-1, 1, (8, *model.input_shape[1:])).astype(np.float32)
        outputs, scale = run(data, samples)
        # Images as the graph takes them, channels first.
        first = name == "signal" or samples.ndim > 3
        turned = np.moveaxis(samples, -1, 1) if first else samples
        expected[file] = {
            "shape": list(turned.shape[1:]), "inputs": turned.reshape(8, -1).tolist(),
            "outputs": np.array(outputs).reshape(8, -1).tolist(), "step": scale,
        }
    with open("expected.json", "w") as stream:
        json.dump(expected, stream)


# Bad files: a good one with one thing changed.


def loaded(name):
    with open(name, "rb") as stream:
        model = schema.ModelT.InitFromPackedBuf(stream.read(), 0)
    graph = model.subgraphs[0]
    graph.inputs, graph.outputs = list(graph.inputs), list(graph.outputs)
    for operator in graph.operators:
        operator.inputs, operator.outputs = list(operator.inputs), list(operator.outputs)
    return model


def packed(model):
    builder = flatbuffers.Builder(1 << 16)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def node(model, operator):
    """The first use of a builtin operator."""
    graph = model.subgraphs[0]
    for found in graph.operators:
        if model.operatorCodes[found.opcodeIndex].builtinCode == operator:
            return found
    raise KeyError(operator)


def tensor(model, index):
    return model.subgraphs[0].tensors[index]


def code(model, operator, builtin):
    for entry in model.operatorCodes:
        if entry.builtinCode == operator:
            entry.builtinCode = builtin
            entry.deprecatedBuiltinCode = min(builtin, 127)


CONV, DENSE, POOL, RESHAPE = 3, 9, 17, 22


def changed(name, change):
    model = loaded(name)
    change(model)
    return packed(model)


def set_operand(model, operator, index, value):
    node(model, operator).inputs[index] = value


def set_option(model, operator, field, value):
    setattr(node(model, operator).builtinOptions, field, value)


def set_weight(model, operator, index, change):
    buffer = model.buffers[tensor(model, node(model, operator).inputs[index]).buffer]
    buffer.data = change(bytes(bytearray(buffer.data)))


def set_tensor(model, operator, index, field, value):
    setattr(tensor(model, node(model, operator).inputs[index]), field, value)


def set_output(model, operator, field, value):
    setattr(tensor(model, node(model, operator).outputs[0]), field, value)


def custom(model):
    code(model, CONV, 32)
    for entry in model.operatorCodes:
        if entry.builtinCode == 32:
            entry.customCode = b"FlexConv"


def no_options(model):
    node(model, CONV).builtinOptionsType = schema.BuiltinOptions.Pool2DOptions
    node(model, CONV).builtinOptions = schema.Pool2DOptionsT()


def scales(model, operator, index, values):
    tensor(model, node(model, operator).inputs[index]).quantization.scale = values


def zero_points(model, values):
    tensor(model, node(model, CONV).outputs[0]).quantization.zeroPoint = values


F, I, R = "cnn-float.tflite", "cnn-int8.tflite", "residual-float.tflite"

BAD = {
    "empty": ("flatbuffers.truncated", lambda: b""),
    "text": ("tflite.not-tflite", lambda: b"This is a text and not a network.\n"),
    "identifier": ("tflite.not-tflite", lambda: open(F, "rb").read().replace(b"TFL3", b"TFL2", 1)),
    "half": ("flatbuffers.truncated", lambda: open(F, "rb").read()[:1500]),
    "root": ("flatbuffers.truncated", lambda: b"\xff\xff\xff\x7f" + open(F, "rb").read()[4:]),
    "no-vtable": ("flatbuffers.malformed", lambda: b"\x10\x00\x00\x00TFL3" + b"\x00" * 64),
    "version": ("tflite.unsupported-version", lambda: changed(F, lambda m: setattr(m, "version", 2))),
    "no-subgraph": ("tflite.several-outputs", lambda: changed(F, lambda m: setattr(m, "subgraphs", []))),
    "lstm": ("tflite.unsupported-operator", lambda: changed(F, lambda m: code(m, CONV, 16))),
    "tanh": ("tflite.unsupported-operator", lambda: changed(F, lambda m: code(m, POOL, 28))),
    "future": ("tflite.unsupported-operator", lambda: changed(F, lambda m: code(m, POOL, 500))),
    "custom": ("tflite.unsupported-operator", lambda: changed(F, custom)),
    "two-inputs": ("tflite.several-inputs", lambda: changed(
        R, lambda m: m.subgraphs[0].inputs.append(node(m, 0).inputs[1]))),
    "two-outputs": ("tflite.several-outputs", lambda: changed(
        F, lambda m: m.subgraphs[0].outputs.append(node(m, CONV).outputs[0]))),
    "no-outputs": ("tflite.several-outputs", lambda: changed(
        F, lambda m: setattr(m.subgraphs[0], "outputs", []))),
    "output-is-input": ("tflite.no-network", lambda: changed(
        F, lambda m: setattr(m.subgraphs[0], "outputs", list(m.subgraphs[0].inputs)))),
    "no-way": ("tflite.no-network", lambda: changed(
        F, lambda m: setattr(m.subgraphs[0], "inputs", []))),
    "tensor-index": ("tflite.invalid-node", lambda: changed(
        F, lambda m: set_operand(m, CONV, 0, 9999))),
    "minus-two": ("tflite.invalid-node", lambda: changed(F, lambda m: set_operand(m, CONV, 0, -2))),
    "no-weight": ("tflite.invalid-node", lambda: changed(F, lambda m: set_operand(m, CONV, 1, -1))),
    "no-input": ("tflite.no-network", lambda: changed(
        F, lambda m: setattr(node(m, CONV), "inputs", []))),
    "no-result": ("tflite.invalid-node", lambda: changed(
        F, lambda m: setattr(node(m, CONV), "outputs", []))),
    "weight-is-activation": ("tflite.unsupported-use", lambda: changed(
        F, lambda m: set_operand(m, CONV, 1, node(m, CONV).inputs[0]))),
    "later-value": ("tflite.undefined-value", lambda: changed(
        F, lambda m: set_tensor(m, CONV, 1, "buffer", 0))),
    "buffer-index": ("flatbuffers.malformed", lambda: changed(
        F, lambda m: set_tensor(m, CONV, 1, "buffer", 9999))),
    "code-index": ("flatbuffers.malformed", lambda: changed(
        F, lambda m: setattr(node(m, CONV), "opcodeIndex", 99))),
    "short-weight": ("tflite.invalid-tensor", lambda: changed(
        F, lambda m: set_weight(m, CONV, 1, lambda b: b[:-4]))),
    "nan": ("tflite.invalid-tensor", lambda: changed(
        F, lambda m: set_weight(m, CONV, 1, lambda b: b"\x00\x00\xc0\x7f" + b[4:]))),
    "weight-shape": ("tflite.shape-mismatch", lambda: changed(
        F, lambda m: set_tensor(m, CONV, 1, "shape", [4, 3, 9, 1]))),
    "negative-size": ("tflite.invalid-tensor", lambda: changed(
        F, lambda m: set_tensor(m, CONV, 1, "shape", [-4, 3, 3, -3]))),
    "huge-size": ("tflite.invalid-tensor", lambda: changed(
        F, lambda m: set_tensor(m, CONV, 1, "shape", [2**31 - 1] * 4))),
    "complex": ("tflite.unsupported-tensor", lambda: changed(
        F, lambda m: set_tensor(m, CONV, 1, "type", 8))),
    "sparse": ("tflite.unsupported-tensor", lambda: changed(
        F, lambda m: set_tensor(m, CONV, 1, "sparsity", schema.SparsityParametersT()))),
    "bias-count": ("tflite.shape-mismatch", lambda: changed(
        F, lambda m: set_operand(m, DENSE, 2, node(m, CONV).inputs[2]))),
    "stride": ("tflite.invalid-option", lambda: changed(F, lambda m: set_option(m, CONV, "strideW", 0))),
    "dilation": ("tflite.invalid-option", lambda: changed(
        F, lambda m: set_option(m, CONV, "dilationHFactor", -3))),
    "padding": ("tflite.invalid-option", lambda: changed(F, lambda m: set_option(m, CONV, "padding", 7))),
    "sign-bit": ("tflite.unsupported-use", lambda: changed(
        F, lambda m: set_option(m, CONV, "fusedActivationFunction", 5))),
    "window": ("tflite.shape-mismatch", lambda: changed(
        F, lambda m: (set_option(m, POOL, "filterWidth", 60), set_option(m, POOL, "padding", 1)))),
    "other-options": ("tflite.invalid-option", lambda: changed(F, no_options)),
    "said-shape": ("tflite.shape-mismatch", lambda: changed(
        F, lambda m: set_output(m, CONV, "shape", [1, 5, 4, 5]))),
    "batch": ("tflite.batch-axis", lambda: changed(
        F, lambda m: set_output(m, RESHAPE, "shape", [2, 12]))),
    "open-shape": ("tflite.dynamic-shape", lambda: changed(
        F, lambda m: set_tensor(m, CONV, 0, "shapeSignature", [1, -1, 7, 3]))),
    "no-shape": ("tflite.dynamic-shape", lambda: changed(F, lambda m: set_tensor(m, CONV, 0, "shape", []))),
    "huge-input": ("tflite.too-large", lambda: changed(
        F, lambda m: set_tensor(m, CONV, 0, "shape", [1, 2**30, 2**30, 3]))),
    "no-scale": ("tflite.invalid-quantisation", lambda: changed(
        I, lambda m: set_output(m, CONV, "quantization", None))),
    "zero-scale": ("tflite.invalid-quantisation", lambda: changed(
        I, lambda m: scales(m, CONV, 0, [0.0]))),
    "many-scales": ("tflite.invalid-quantisation", lambda: changed(
        I, lambda m: scales(m, CONV, 1, [0.1] * 3))),
    "nan-scale": ("tflite.invalid-quantisation", lambda: changed(
        I, lambda m: scales(m, CONV, 1, [float("nan")] * 4))),
    "zero-point": ("tflite.invalid-quantisation", lambda: changed(I, lambda m: zero_points(m, [900]))),
    "far-zero-point": ("tflite.invalid-quantisation", lambda: changed(
        I, lambda m: zero_points(m, [-(2**63)]))),
    "int32-activation": ("tflite.unsupported-tensor", lambda: changed(
        I, lambda m: set_output(m, CONV, "type", 2))),
}


def bad():
    os.makedirs("bad", exist_ok=True)
    for name, (_, build) in BAD.items():
        with open(f"bad/{name}.tflite", "wb") as stream:
            stream.write(build())
    with open("bad/expected.json", "w") as stream:
        json.dump({f"{n}.tflite": BAD[n][0] for n in sorted(BAD)}, stream, indent=1)


if __name__ == "__main__":
    bad() if IS_BAD else networks()
