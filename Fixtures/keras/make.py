"""Models as Keras 2 and Keras 3 save them, with what they compute, and bad files.

python3 make.py 2   (tensorflow-cpu 2.15.1 with its Keras 2.15)
python3 make.py 3   (keras 3.15.1 on jax 0.10.2)
python3 make.py bad (h5py)
"""

import io
import json
import os
import sys
import zipfile

import h5py
import numpy as np

SEED = 20261201


def models(L, keras):
    def relu6(x):
        return L.ReLU(6.0)(x)

    def cnn():
        return keras.Sequential([
            keras.Input((9, 8, 3)),
            L.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="first"),
            L.BatchNormalization(),
            L.DepthwiseConv2D(3, padding="same", depth_multiplier=2, activation="relu6"),
            L.MaxPooling2D(2, padding="same"),
            L.Dropout(0.3),
            L.Flatten(),
            L.Dense(7, activation="relu"),
            L.BatchNormalization(scale=False),
            L.Dense(5, activation="softmax"),
        ])

    def residual():
        i = keras.Input((8, 8, 2))
        x = L.Rescaling(0.5, offset=-0.1)(i)
        x = L.ZeroPadding2D(((0, 1), (2, 1)))(x)
        x = y = L.Conv2D(4, 3, use_bias=False)(x)
        x = L.BatchNormalization(center=False)(x)
        x = L.Activation("relu")(x)
        x = L.SeparableConv2D(4, 3, padding="same")(x)
        x = L.Add()([x, y])
        x = z = relu6(x)
        x = L.AveragePooling2D(3, strides=2, padding="same")(x)
        z = L.Conv2D(6, 3, strides=2, padding="same", groups=2)(z)
        x = L.Concatenate()([x, z])
        x = L.LeakyReLU(0.25)(x)
        x = L.GlobalAveragePooling2D()(x)
        return keras.Model(i, L.Dense(3)(x))

    def signal():
        return keras.Sequential([
            keras.Input((20, 3)),
            L.Conv1D(4, 3, padding="causal", dilation_rate=2, activation="relu"),
            L.MaxPooling1D(2),
            L.SeparableConv1D(6, 3, activation="relu"),
            L.ZeroPadding1D((1, 2)),
            L.AveragePooling1D(3, strides=2),
            L.Conv1D(5, 2, strides=2, padding="same"),
            L.ReLU(negative_slope=0.125),
            L.GlobalMaxPooling1D(),
            L.Dense(4),
        ])

    def mlp():
        return keras.Sequential([
            keras.Input((6, 4)), L.Flatten(), L.Dense(16, activation="relu"),
            L.Reshape((2, 8)), L.Dense(3, activation="relu"), L.Flatten(), L.Dense(4),
        ])

    def nested():
        block = keras.Sequential([
            keras.Input((6, 6, 2)), L.Conv2D(2, 3, padding="same", activation="relu"),
            L.BatchNormalization()], name="block")
        i = keras.Input((6, 6, 2))
        x = L.Conv2D(2, 1)(i)
        x = block(x)
        # The block a second time: its weights are shared.
        x = L.Add()([block(x), x])
        x = L.Permute((2, 1, 3))(x)
        x = L.Reshape((6, 12))(x)
        x = L.Reshape((72,))(x)
        return keras.Model(i, L.Dense(3)(x))

    return {"cnn": cnn, "residual": residual, "signal": signal, "mlp": mlp, "nested": nested}


def save(version):
    if version == 3:
        os.environ["KERAS_BACKEND"] = "jax"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras
    from keras import layers as L

    assert keras.__version__.startswith(f"{version}.")
    expected = {}
    for name, build in models(L, keras).items():
        # Keras 2 counts the calls of a model inside of a model otherwise, which is not read.
        if name == "nested" and version == 2:
            continue
        keras.utils.set_random_seed(SEED)
        random = np.random.default_rng(SEED)
        model = build()
        weights = []
        for weight in model.weights:
            shape = tuple(weight.shape)
            path = getattr(weight, "path", weight.name)
            if "variance" in path:
                weights.append(random.uniform(0.5, 2, shape))
            else:
                fan = int(np.prod(shape[:-1])) if len(shape) > 1 else 4
                weights.append(random.normal(0, 1.4 / np.sqrt(fan), shape))
        model.set_weights(weights)
        samples = random.uniform(-1, 1, (4, *model.input_shape[1:])).astype(np.float32)
        outputs = np.array(model.predict(samples, verbose=0))
        turned = samples if name == "mlp" else np.moveaxis(samples, -1, 1)
        for ending in ("keras", "h5"):
            file = f"{name}-{version}.{ending}"
            model.save(file)
            expected[file] = {
                "shape": list(turned.shape[1:]), "inputs": turned.reshape(4, -1).tolist(),
                "outputs": outputs.reshape(4, -1).tolist(),
            }
    known = {}
    if os.path.exists("expected.json"):
        with open("expected.json") as stream:
            known = json.load(stream)
    known.update(expected)
    with open("expected.json", "w") as stream:
        json.dump(dict(sorted(known.items())), stream)


# Bad files: a good one with one thing changed.


def archive(name="cnn-3.keras", config=None, weights=None, drop=(), raw=None):
    source = zipfile.ZipFile(name)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for entry in ("metadata.json", "config.json", "model.weights.h5"):
            data = source.read(entry)
            if entry in drop:
                continue
            if entry == "config.json" and config:
                value = json.loads(data)
                changed = config(value)
                data = json.dumps(changed if isinstance(changed, dict) else value).encode()
            if entry == "config.json" and raw is not None:
                data = raw
            if entry == "model.weights.h5" and weights:
                inner = io.BytesIO(data)
                with h5py.File(inner, "r+") as file:
                    weights(file)
                data = inner.getvalue()
            target.writestr(zipfile.ZipInfo(entry, (1980, 1, 1, 0, 0, 0)), data)
    return stream.getvalue()


def legacy(change, name="cnn-2.h5"):
    with open(name, "rb") as source:
        stream = io.BytesIO(source.read())
    with h5py.File(stream, "r+") as file:
        change(file)
    return stream.getvalue()


def layer(value, name):
    for found in value["config"]["layers"]:
        if found["class_name"] == name:
            return found
    raise KeyError(name)


def cut(name, share):
    with open(name, "rb") as stream:
        data = stream.read()
    return data[:int(len(data) * share)]


def rename(value, old, new):
    layer(value, old)["class_name"] = new


def put(value, name, field, content):
    layer(value, name)["config"][field] = content


def replace(file, path, content):
    del file[path]
    file[path] = content


def dead_end(value):
    for found in value["config"]["layers"]:
        found["inbound_nodes"] = []


def circle(value):
    add = layer(value, "Add")["inbound_nodes"][0]["args"][0]
    add[1]["config"]["keras_history"] = ["dense", 0, 0]


def deep(value):
    inner = value
    for _ in range(40):
        inner = {"class_name": "Sequential", "config": {"name": "m", "layers": [
            value["config"]["layers"][0], inner]}}
    return inner


FIRST = "layers/conv2d/vars/0"

BAD = {
    "empty.keras": ("hdf5.not-hdf5", lambda: b""),
    "empty.h5": ("hdf5.not-hdf5", lambda: b""),
    "text.h5": ("hdf5.not-hdf5", lambda: b"This is no model.\n" * 40),
    "half.keras": ("zip.not-an-archive", lambda: cut("cnn-3.keras", 0.5)),
    "half.h5": ("hdf5.truncated", lambda: cut("cnn-2.h5", 0.5)),
    "no-config.keras": ("keras.not-keras", lambda: archive(drop=["config.json"])),
    "no-weights.keras": ("keras.not-keras", lambda: archive(drop=["model.weights.h5"])),
    "no-json.keras": ("keras.corrupt", lambda: archive(raw=b'{"class_name": "Sequential", ')),
    "deep-json.keras": ("keras.corrupt", lambda: archive(raw=b"[" * 100_000)),
    "list.keras": ("keras.not-keras", lambda: archive(raw=b"[1, 2]")),
    "weights-only.h5": ("keras.not-keras", lambda: legacy(
        lambda f: f.attrs.__delitem__("model_config"))),
    "no-group.h5": ("keras.not-keras", lambda: legacy(lambda f: f.__delitem__("model_weights"))),
    "subclass.keras": ("keras.unsupported-use", lambda: archive(
        config=lambda v: v.update(class_name="MyModel"))),
    "no-layers.keras": ("keras.invalid-field", lambda: archive(
        config=lambda v: v["config"].pop("layers"))),
    "empty-layers.keras": ("keras.undefined-layer", lambda: archive(
        config=lambda v: v["config"].update(layers=[]))),
    "many-layers.keras": ("keras.too-large", lambda: archive(
        config=lambda v: v["config"].update(layers=[1] * 10_001))),
    "layer-is-number.keras": ("keras.invalid-field", lambda: archive(
        config=lambda v: v["config"]["layers"].append(7))),
    "twice.keras": ("keras.duplicate-name", lambda: archive(
        config=lambda v: v["config"]["layers"].append(v["config"]["layers"][-1]))),
    "lstm.keras": ("keras.unsupported-layer", lambda: archive(
        config=lambda v: rename(v, "MaxPooling2D", "LSTM"))),
    "lambda.keras": ("keras.unsupported-layer", lambda: archive(
        config=lambda v: rename(v, "Dropout", "Lambda"))),
    "misspelt.keras": ("keras.unsupported-layer", lambda: archive(
        config=lambda v: rename(v, "Flatten", "Flaten"))),
    "tanh.keras": ("keras.unsupported-use", lambda: archive(
        config=lambda v: put(v, "Dense", "activation", "tanh"))),
    "activation-number.keras": ("keras.invalid-field", lambda: archive(
        config=lambda v: put(v, "Dense", "activation", 3))),
    "channels-first.keras": ("keras.unsupported-use", lambda: archive(
        config=lambda v: put(v, "Conv2D", "data_format", "channels_first"))),
    "stride.keras": ("keras.invalid-field", lambda: archive(
        config=lambda v: put(v, "Conv2D", "strides", [0, 2]))),
    "stride-text.keras": ("keras.invalid-field", lambda: archive(
        config=lambda v: put(v, "Conv2D", "strides", "2"))),
    "padding.keras": ("keras.invalid-field", lambda: archive(
        config=lambda v: put(v, "Conv2D", "padding", "full"))),
    "no-kernel-size.keras": ("keras.missing-field", lambda: archive(
        config=lambda v: put(v, "Conv2D", "kernel_size", None))),
    "kernel-size.keras": ("keras.invalid-weight", lambda: archive(
        config=lambda v: put(v, "Conv2D", "kernel_size", [5, 5]))),
    "groups.keras": ("keras.shape-mismatch", lambda: archive(
        config=lambda v: put(v, "Conv2D", "groups", 3))),
    "window.keras": ("keras.shape-mismatch", lambda: archive(
        config=lambda v: (put(v, "MaxPooling2D", "pool_size", [9, 9]),
                          put(v, "MaxPooling2D", "padding", "valid")))),
    "epsilon.keras": ("keras.invalid-field", lambda: archive(
        config=lambda v: put(v, "BatchNormalization", "epsilon", -1))),
    "axis.keras": ("keras.unsupported-use", lambda: archive(
        config=lambda v: put(v, "BatchNormalization", "axis", 1))),
    "open-shape.keras": ("keras.dynamic-shape", lambda: archive(
        config=lambda v: put(v, "InputLayer", "batch_shape", [None, None, 8, 3]))),
    "no-shape.keras": ("keras.dynamic-shape", lambda: archive(
        config=lambda v: (put(v, "InputLayer", "batch_shape", [None]),
                          v["config"].pop("build_input_shape")))),
    "huge-shape.keras": ("keras.too-large", lambda: archive(
        config=lambda v: put(v, "InputLayer", "batch_shape", [None, 2**40, 2**40, 3]))),
    "input-inside.keras": ("keras.several-inputs", lambda: archive(
        config=lambda v: rename(v, "Dropout", "InputLayer"))),
    "deep.keras": ("keras.too-large", lambda: archive(config=deep)),
    "two-outputs.keras": ("keras.several-outputs", lambda: archive(
        "residual-3.keras", config=lambda v: v["config"].update(
            output_layers=[["dense", 0, 0], ["add", 0, 0]]))),
    "two-inputs.keras": ("keras.several-inputs", lambda: archive(
        "residual-3.keras", config=lambda v: v["config"].update(
            input_layers=[[layer(v, "InputLayer")["config"]["name"], 0, 0], ["add", 0, 0]]))),
    "no-such-layer.keras": ("keras.undefined-layer", lambda: archive(
        "residual-3.keras", config=lambda v: v["config"].update(output_layers=[["nobody", 0, 0]]))),
    "dead-end.keras": ("keras.undefined-layer", lambda: archive("residual-3.keras", config=dead_end)),
    "circle.keras": ("keras.undefined-layer", lambda: archive("residual-3.keras", config=circle)),
    "output-is-input.keras": ("keras.no-network", lambda: archive(
        "residual-3.keras", config=lambda v: v["config"].update(
            output_layers=v["config"]["input_layers"]))),
    "concatenate-batch.keras": ("keras.unsupported-use", lambda: archive(
        "residual-3.keras", config=lambda v: put(v, "Concatenate", "axis", 0))),
    "one-summand.keras": ("keras.shape-mismatch", lambda: archive(
        "residual-3.keras", config=lambda v: put(v, "SeparableConv2D", "padding", "valid"))),
    "relu-threshold.keras": ("keras.unsupported-use", lambda: archive(
        "residual-3.keras", config=lambda v: put(v, "ReLU", "threshold", 1.0))),
    "missing-weight.keras": ("keras.missing-weight", lambda: archive(
        weights=lambda f: f.__delitem__(FIRST))),
    "missing-layer.h5": ("keras.missing-weight", lambda: legacy(
        lambda f: f.__delitem__("model_weights/first"))),
    "nan.keras": ("keras.invalid-weight", lambda: archive(
        weights=lambda f: f[FIRST].__setitem__((0, 0, 0, 0), np.nan))),
    "integers.keras": ("keras.invalid-weight", lambda: archive(
        weights=lambda f: replace(f, FIRST, np.ones((3, 3, 3, 4), np.int32)))),
    "rank.keras": ("keras.invalid-weight", lambda: archive(
        weights=lambda f: replace(f, FIRST, np.ones((3, 36), np.float32)))),
    "channels.keras": ("keras.shape-mismatch", lambda: archive(
        weights=lambda f: replace(f, FIRST, np.ones((3, 3, 5, 4), np.float32)))),
    "bias.keras": ("keras.invalid-weight", lambda: archive(
        weights=lambda f: replace(f, "layers/conv2d/vars/1", np.ones(9, np.float32)))),
    "variance.keras": ("keras.invalid-weight", lambda: archive(
        weights=lambda f: f["layers/batch_normalization/vars/3"].__setitem__(0, -1))),
    "external.h5": ("hdf5.external-link", lambda: legacy(
        lambda f: f.__setitem__("other", h5py.ExternalLink("other.h5", "/x")))),
}


def bad():
    os.makedirs("bad", exist_ok=True)
    for name, (_, build) in BAD.items():
        with open(f"bad/{name}", "wb") as stream:
            stream.write(build())
    with open("bad/expected.json", "w") as stream:
        json.dump({name: BAD[name][0] for name in sorted(BAD)}, stream, indent=1)


if __name__ == "__main__":
    if sys.argv[1] == "bad":
        bad()
    else:
        save(int(sys.argv[1]))
