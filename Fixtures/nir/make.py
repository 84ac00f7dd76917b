"""Networks as the package nir writes them, with what a plain loop in float64 computes; bad files.

python3 make.py   (nir 1.0.8, h5py, numpy)
"""

import json
import math
import os

import h5py
import nir
import numpy as np

random = np.random.default_rng(20261124)


def draw(*shape, scale=1.0, dtype=np.float32):
    return (random.standard_normal(shape) * scale).astype(dtype)


# --- a loop over nodes and steps, written from the equations of NIR -----------------------------


def conv(x, node, axes):
    weight = node.weight.astype(np.float64)
    groups = int(node.groups)

    def numbers(value):
        value = np.atleast_1d(value)
        return [int(v) for v in (np.repeat(value, axes) if len(value) == 1 else value)]

    stride, dilation = numbers(node.stride), numbers(node.dilation)
    kernel = weight.shape[2:]
    if isinstance(node.padding, str):
        total = [(k - 1) * d if node.padding == "same" else 0 for k, d in zip(kernel, dilation)]
        pads = [(t // 2, t - t // 2) for t in total]
    else:
        pads = [(p, p) for p in numbers(node.padding)]
    x = np.pad(x, [(0, 0)] + pads)
    sizes = [
        (x.shape[1 + a] - dilation[a] * (kernel[a] - 1) - 1) // stride[a] + 1 for a in range(axes)]
    out = np.zeros([weight.shape[0]] + sizes)
    per = weight.shape[0] // groups
    for o in range(weight.shape[0]):
        first = (o // per) * weight.shape[1]
        for place in np.ndindex(*sizes):
            window = tuple(
                slice(p * s, p * s + d * (k - 1) + 1, d)
                for p, s, d, k in zip(place, stride, dilation, kernel))
            block = x[(slice(first, first + weight.shape[1]),) + window]
            out[(o,) + place] = np.sum(block * weight[o]) + node.bias[o]
    return out


def pool(x, node, mean):
    kernel, stride = node.kernel_size, node.stride
    x = np.pad(x, [(0, 0)] + [(int(p), int(p)) for p in node.padding])
    sizes = [(x.shape[1 + a] - int(kernel[a])) // int(stride[a]) + 1 for a in range(2)]
    out = np.zeros([x.shape[0]] + sizes)
    for i, j in np.ndindex(*sizes):
        block = x[:, i * stride[0]:i * stride[0] + kernel[0], j * stride[1]:j * stride[1] + kernel[1]]
        out[:, i, j] = block.sum((1, 2)) / (int(np.prod(kernel)) if mean else 1)
    return out


class Loop:
    """Runs a flat graph; `margin` is how near a potential came to a threshold.

    Edges of `late` bring the value of the step before, 0 in the first."""

    def __init__(self, graph, dt=None, integration="euler", comparator=">", reset="hard", late=()):
        self.graph, self.dt, self.integration, self.late = graph, dt, integration, late
        self.comparator, self.reset = comparator, reset
        self.state, self.margin = {}, math.inf

    def share(self, tau):
        tau = tau.astype(np.float64)
        return self.dt / tau if self.integration == "euler" else 1 - np.exp(-self.dt / tau)

    def fire(self, name, node, v):
        threshold = node.v_threshold.astype(np.float64)
        self.margin = min(self.margin, float(np.min(np.abs(v - threshold))))
        spikes = v > threshold if self.comparator == ">" else v >= threshold
        after = v - threshold if self.reset == "subtract" else node.v_reset.astype(np.float64)
        self.state[name] = np.where(spikes, after, v)
        return spikes.astype(np.float64)

    def node(self, name, node, x):
        kind = type(node).__name__
        if kind in ("Input", "Output", "Delay"):
            return x
        if kind in ("Linear", "Affine"):
            return node.weight.astype(np.float64) @ x + getattr(node, "bias", 0)
        if kind == "Scale":
            return node.scale * x
        if kind in ("Conv1d", "Conv2d"):
            return conv(x, node, int(kind[4]))
        if kind in ("SumPool2d", "AvgPool2d"):
            return pool(x, node, kind[0] == "A")
        if kind == "Flatten":
            return x.reshape(nir.ir.flatten.calc_flatten_output(
                x.shape, node.start_dim, node.end_dim).astype(int))
        if kind == "Threshold":
            self.margin = min(self.margin, float(np.min(np.abs(x - node.threshold))))
            return (x > node.threshold).astype(np.float64)
        v = self.state.get(name, 0.0)
        if kind in ("I", "IF"):
            v = v + (self.dt or 1) * node.r * x
        elif kind in ("LI", "LIF"):
            v = v + self.share(node.tau) * (node.v_leak - v + node.r * x)
        else:
            i = self.state.get(name + ".i", 0.0)
            i = i + self.share(node.tau_syn) * (node.w_in * x - i)
            self.state[name + ".i"] = i
            v = v + self.share(node.tau_mem) * (node.v_leak - v + node.r * i)
        if kind.endswith("F"):
            return self.fire(name, node, v)
        self.state[name] = v
        return v

    def run(self, inputs):
        order, edges = [], [e for e in self.graph.edges if e not in self.late]
        before = {a: np.zeros(self.graph.nodes[a].v_threshold.shape) for a, _ in self.late}
        while len(order) < len(self.graph.nodes):
            for name in self.graph.nodes:
                if name not in order and all(a in order for a, b in edges if b == name):
                    order.append(name)
        result = []
        for x in inputs:
            values = {}
            for name in order:
                sources = [values[a] for a, b in edges if b == name]
                sources += [before[a] for a, b in self.late if b == name]
                values[name] = self.node(
                    name, self.graph.nodes[name], sum(sources[1:], sources[0]) if sources else x)
            out = [n for n, k in self.graph.nodes.items() if isinstance(k, nir.Output)][0]
            result.append(values[out].ravel())
            before = {a: values[a] for a in before}
        return np.array(result)


def chain(*nodes):
    return nir.NIRGraph.from_list(*nodes)


def full(shape, value, dtype=np.float32):
    return np.full(shape, value, dtype)


# --- the networks -------------------------------------------------------------------------------


def cnn():
    return chain(
        nir.Input({"input": np.array([2, 9, 9])}),
        nir.Conv2d((9, 9), draw(4, 2, 3, 3, scale=0.5), (2, 2), (1, 1), (1, 1), 1, draw(4, scale=0.1)),
        nir.IF(r=full((4, 5, 5), 1), v_threshold=full((4, 5, 5), 1)),
        nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([1, 1])),
        nir.Conv2d(None, draw(4, 2, 3, 3, scale=0.4), 1, "same", (1, 1), 2, full(4, 0)),
        nir.LIF(
            tau=full((4, 3, 3), 0.02), r=full((4, 3, 3), 4), v_leak=full((4, 3, 3), 0.1),
            v_threshold=np.repeat(np.linspace(0.4, 0.7, 4), 9).reshape(4, 3, 3).astype(np.float32)),
        nir.AvgPool2d(np.array([2, 2]), np.array([1, 1]), np.array([0, 0])),
        nir.Flatten({"input": np.array([4, 2, 2])}, 0, -1),
        nir.Affine(draw(6, 16, scale=0.6), draw(6, scale=0.1)),
        nir.CubaLIF(
            tau_syn=full(6, 0.008), tau_mem=full(6, 0.02), r=full(6, 6), v_leak=full(6, 0),
            v_threshold=random.uniform(0.3, 0.6, 6).astype(np.float32), w_in=full(6, 2)),
        nir.Linear(draw(3, 6)),
        nir.LI(tau=full(3, 0.03), r=full(3, 2), v_leak=full(3, 0.2)))


def dense(dtype):
    return chain(
        nir.Affine(draw(8, 5, dtype=dtype), draw(8, scale=0.2, dtype=dtype)),
        nir.LIF(
            tau=full(8, 0.01, dtype), r=full(8, 5, dtype), v_leak=full(8, 0, dtype),
            v_threshold=full(8, 1, dtype), v_reset=full(8, -0.25, dtype)),
        nir.Scale(random.uniform(0.5, 1.5, 8).astype(dtype)), nir.Linear(draw(4, 8, dtype=dtype)),
        nir.CubaLI(
            tau_syn=full(4, 0.005, dtype), tau_mem=full(4, 0.02, dtype), r=full(4, 1, dtype),
            v_leak=full(4, 0, dtype)))


def residual():
    """Two ways that meet again, a delay of nothing, and integrators."""
    lif = nir.IF(r=full(6, 0.7), v_threshold=random.uniform(0.6, 1.4, 6).astype(np.float32))
    return nir.NIRGraph(
        nodes={
            "in": nir.Input({"input": np.array([6])}), "a": nir.Linear(draw(6, 6, scale=0.5)),
            "if": lif, "skip": nir.Delay(full(6, 0)), "out": nir.Output({"output": np.array([6])}),
            "b": nir.Linear(draw(6, 6, scale=0.5)), "sum": nir.I(r=full(6, 0.5)),
            "t": nir.Threshold(full(6, 0.8))},
        edges=[("in", "a"), ("a", "if"), ("if", "b"), ("in", "skip"), ("b", "sum"),
               ("skip", "sum"), ("sum", "t"), ("t", "out")])


def sound():
    return chain(
        nir.Input({"input": np.array([2, 12])}),
        nir.Conv1d(12, draw(3, 2, 4), 2, 1, 2, 1, draw(3, scale=0.2)),
        nir.IF(
            r=full((3, 4), 1), v_threshold=random.uniform(0.8, 1.2, (3, 4)).astype(np.float32)),
        nir.Flatten({"input": np.array([3, 4])}, 0, 1), nir.Linear(draw(2, 12)),
        nir.I(r=full(2, 1)))


def nested():
    inner = nir.NIRGraph(
        nodes={
            "input": nir.Input({"input": np.array([4])}), "fc": nir.Linear(draw(5, 4)),
            "if": nir.IF(r=full(5, 1), v_threshold=full(5, 1)),
            "output": nir.Output({"output": np.array([5])})},
        edges=[("input", "fc"), ("fc", "if"), ("if", "output")])
    outer = nir.NIRGraph(
        nodes={
            "input": nir.Input({"input": np.array([4])}), "block": inner,
            "head": nir.Linear(draw(2, 5)), "output": nir.Output({"output": np.array([2])})},
        edges=[("input", "block"), ("block", "head"), ("head", "output")])
    flat = nir.NIRGraph(
        nodes={
            "input": outer.nodes["input"], "fc": inner.nodes["fc"], "if": inner.nodes["if"],
            "head": outer.nodes["head"], "output": outer.nodes["output"]},
        edges=[("input", "fc"), ("fc", "if"), ("if", "head"), ("head", "output")])
    return outer, flat


own = np.random.default_rng(4)


def drawn(*shape, scale=1.0):
    return (own.standard_normal(shape) * scale).astype(np.float32)


def recurrent():
    """As snnTorch writes recurrence: a subgraph with a circle; and around a subgraph.

    The first circle has a bias, the second none."""
    flat = {
        "input": nir.Input({"input": np.array([5])}),
        "fc1": nir.Affine(drawn(7, 5, scale=2), drawn(7, scale=0.1)),
        "cuba": nir.CubaLIF(
            tau_syn=full(7, 0.004), tau_mem=full(7, 0.01), r=full(7, 5), v_leak=full(7, 0),
            v_threshold=own.uniform(0.3, 0.6, 7).astype(np.float32), w_in=full(7, 2)),
        "w_rec": nir.Affine(drawn(7, 7, scale=0.6), drawn(7, scale=0.1)),
        "fc2": nir.Linear(drawn(6, 7, scale=1.5)),
        "lif": nir.LIF(
            tau=full(6, 0.008), r=own.uniform(3, 5, 6).astype(np.float32), v_leak=full(6, 0.05),
            v_threshold=full(6, 0.3)),
        "back": nir.Linear(drawn(6, 6, scale=0.8)), "head": nir.Linear(drawn(3, 6)),
        "output": nir.Output({"output": np.array([3])})}
    edges = [
        ("input", "fc1"), ("fc1", "cuba"), ("cuba", "w_rec"), ("w_rec", "cuba"), ("cuba", "fc2"),
        ("fc2", "lif"), ("lif", "back"), ("back", "lif"), ("lif", "head"), ("head", "output")]

    def block(size, names, inner):
        nodes = {"input": nir.Input({"input": np.array([size])})}
        nodes.update({name: flat[name] for name in names})
        nodes["output"] = nir.Output({"output": np.array([size])})
        return nir.NIRGraph(nodes=nodes, edges=inner)

    nested = {
        "input": flat["input"], "fc1": flat["fc1"],
        "rnn": block(7, ["cuba", "w_rec"], [
            ("input", "cuba"), ("cuba", "w_rec"), ("w_rec", "cuba"), ("cuba", "output")]),
        "fc2": flat["fc2"], "cell": block(6, ["lif"], [("input", "lif"), ("lif", "output")]),
        "back": flat["back"], "head": flat["head"], "output": flat["output"]}
    outer = [
        ("input", "fc1"), ("fc1", "rnn"), ("rnn", "fc2"), ("fc2", "cell"), ("cell", "back"),
        ("back", "cell"), ("cell", "head"), ("head", "output")]
    return nir.NIRGraph(nodes=flat, edges=edges), nir.NIRGraph(nodes=nested, edges=outer)


def old(path, graph, compression=None):
    """As early versions wrote files: no version, no v_reset, no nodes for input and output."""
    nir.write(path, graph, compression=compression)
    with h5py.File(path, "r+") as file:
        del file["version"]
        edges = [(a.decode(), b.decode()) for a, b in file["node/edges"][()]]
        for name in list(file["node/nodes"]):
            node = file["node/nodes"][name]
            if "v_reset" in node:
                del node["v_reset"]
            if node["type"][()] in (b"Input", b"Output"):
                del file["node/nodes"][name]
                edges = [e for e in edges if name not in e]
        del file["node/edges"]
        file["node"].create_dataset("edges", data=edges, dtype=h5py.string_dtype())


def networks():
    cases = {}

    def case(name, graph, inputs, flat=None, late=(), **options):
        loop = Loop(flat or graph, late=late, **options)
        outputs = loop.run(inputs.astype(np.float64))
        assert loop.margin > 1e-5, (name, loop.margin)
        if not name.startswith("old"):
            # Compressed data sets take two kilobytes each, so only some files have them.
            nir.write(
                f"{name.split('@')[0]}.nir", graph, compression="gzip" if name == "dense" else None)
        cases[name] = {
            "options": options, "shape": list(inputs.shape[1:]), "steps": len(inputs),
            "inputs": inputs.ravel().astype(float).tolist(), "outputs": outputs.ravel().tolist()}

    def events(steps, *shape, chance=0.3):
        return (random.random((steps,) + shape) < chance).astype(np.float32)

    graph, inputs = cnn(), events(24, 2, 9, 9)
    case("cnn", graph, inputs, dt=0.004)
    case("cnn@exponential", graph, inputs, dt=0.004, integration="exponential")
    case("cnn@subtract", graph, inputs, dt=0.004, reset="subtract", comparator=">=")
    case("dense", dense(np.float32), events(40, 5), dt=0.001)
    case("double", dense(np.float64), events(40, 5), dt=0.001)
    case("residual", residual(), events(30, 6))
    case("sound", sound(), events(30, 2, 12))
    outer, flat = nested()
    case("nested", outer, events(30, 4), flat=flat)
    graph = chain(
        nir.Conv2d((6, 6), draw(3, 1, 3, 3), 1, 0, 1, 1, full(3, 0)),
        nir.IF(r=full((3, 4, 4), 1), v_threshold=full((3, 4, 4), 1)),
        nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])),
        nir.Flatten({"input": np.array([3, 2, 2])}, 0, -1), nir.Affine(draw(4, 12), full(4, 0)),
        nir.IF(r=full(4, 1), v_threshold=full(4, 1)))
    case("old", graph, events(30, 1, 6, 6))
    old("old.nir", graph)
    flat, folded = recurrent()
    inputs = (own.random((40, 5)) < 0.3).astype(np.float32)
    late = [("cuba", "w_rec"), ("lif", "back")]
    case("recurrent", flat, inputs, late=late, dt=0.001)
    case("recurrent-nested", folded, inputs, flat=flat, late=late, dt=0.001)
    with open("expected.json", "w") as file:
        json.dump({name: cases[name] for name in sorted(cases)}, file, separators=(",", ":"))


# --- files of HDF5 in other forms, all with the same content ------------------------------------


def containers():
    values = {
        "floats": draw(7, 5), "doubles": draw(3, dtype=np.float64), "half": np.float16([0.5, -2, 6e-5]),
        "bytes": np.arange(6, dtype=np.uint8).reshape(2, 3), "short": np.int16([-300, 300]),
        "long": np.int64([-(1 << 40), 7]), "unsigned": np.uint32([4_000_000_000]),
        "big": np.array([1.5, -2.5], ">f4"), "flag": np.bool_(True), "scalar": np.float32(0.25)}
    values["half"] = values["half"].astype(np.float16)
    forms = {
        "plain": ({}, {}), "gzip": ({}, {"compression": "gzip"}),
        "filters": ({}, {"compression": "gzip", "shuffle": True, "fletcher32": True}),
        "chunks": ({}, {"chunks": (2, 3), "compression": "gzip"}),
        "latest": ({"libver": "latest"}, {}),
        "single": ({"libver": ("v110", "v110")}, {"chunks": (7, 5), "compression": "gzip"}),
        "v110": ({"libver": ("v110", "v110")}, {}),
        "userblock": ({"userblock_size": 1024}, {})}
    for form, (how, storage) in forms.items():
        with h5py.File(f"container-{form}.h5", "w", **how) as file:
            # Groups of the newest form with more than eight members keep them in a fractal heap.
            groups = [file.create_group("group"), file.create_group("more")]
            for index, (name, value) in enumerate(values.items()):
                groups[index % 2].create_dataset(name, data=value, **(storage if name == "floats" else {}))
            file.create_dataset("text", data="größe", dtype=h5py.string_dtype())
            file.create_dataset("fixed", data=np.array([b"dense", b"conv"], "S10"))
            file.create_dataset("names", data=["a", "bc", ""], dtype=h5py.string_dtype())
            file.create_group("empty")
    with open("containers.json", "w") as file:
        json.dump(
            {name: np.asarray(value).astype(float).ravel().tolist() for name, value in values.items()},
            file)


# --- bad files, each with the code that it must give ---------------------------------------------


def bad():
    codes = {}
    os.makedirs("bad", exist_ok=True)

    def container(name, code):
        codes[name] = code
        return h5py.File(f"bad/{name}", "w")

    with container("external-link.nir", "hdf5.external-link") as file:
        file["node"] = h5py.ExternalLink("other.h5", "/node")
    with container("soft-link.nir", "hdf5.soft-link") as file:
        file["node"] = h5py.SoftLink("/node")
    with container("hard-cycle.nir", "hdf5.cycle") as file:
        file.create_group("node")
        file["node/again"] = file["node"]
    with container("external-data.nir", "hdf5.external-link") as file:
        file.create_dataset(
            "node", (4,), "f4", external=[("numbers.bin", 0, h5py.h5f.UNLIMITED)])
    with container("compound.nir", "hdf5.unsupported") as file:
        file["node"] = np.zeros(2, [("a", "f4"), ("b", "i4")])
    with container("complex.nir", "hdf5.unsupported") as file:
        file["node"] = np.zeros(2, np.complex64)
    with container("lzf.nir", "hdf5.unsupported") as file:
        file.create_dataset("node", data=np.zeros(500), compression="lzf")
    with container("sequences.nir", "hdf5.unsupported") as file:
        file.create_dataset("node", (2,), h5py.vlen_dtype(np.complex64))
    with container("unwritten.nir", "hdf5.unsupported") as file:
        file.create_dataset("node", (200,), "f4")
    with container("null.nir", "hdf5.unsupported") as file:
        file["node"] = h5py.Empty("f4")
    with container("reference.nir", "hdf5.unsupported") as file:
        file.create_dataset("node", data=file.ref, dtype=h5py.ref_dtype)
    codes["dense-group.nir"] = "hdf5.unsupported"
    with h5py.File("bad/dense-group.nir", "w", libver="latest") as file:
        for index in range(20):
            file[f"group/{index}"] = index
    deep = container("deep.nir", "hdf5.too-large")
    deep["/".join(["g"] * 80)] = 1
    deep.close()
    with container("other.nir", "nir.not-nir") as file:
        file["weights"] = np.zeros(3)

    def graph(name, code, change=None, build=None):
        codes[name] = code
        path = f"bad/{name}"
        nir.write(path, (build or small)(), compression=None)
        with h5py.File(path, "r+") as file:
            if change:
                change(file)

    def small():
        return nir.NIRGraph(
            nodes={
                "input": nir.Input({"input": np.array([3])}), "fc": nir.Linear(full((2, 3), 1)),
                "if": nir.IF(r=full(2, 1), v_threshold=full(2, 1)),
                "output": nir.Output({"output": np.array([2])})},
            edges=[("input", "fc"), ("fc", "if"), ("if", "output")])

    def put(path, value):
        def change(file):
            if path in file:
                del file[path]
            if value is not None:
                file[path] = value
        return change

    def edges(*pairs):
        def change(file):
            del file["node/edges"]
            file["node"].create_dataset("edges", data=list(pairs), dtype=h5py.string_dtype())
        return change

    nodes = "node/nodes"
    ordinary = (("input", "fc"), ("fc", "if"), ("if", "output"))
    graph("no-type.nir", "nir.not-nir", put("node/type", None))
    graph("no-nodes.nir", "nir.missing-field", put(nodes, None))
    graph("no-edges.nir", "nir.missing-field", put("node/edges", None))
    graph("no-weight.nir", "nir.missing-field", put(f"{nodes}/fc/weight", None))
    graph("no-threshold.nir", "nir.missing-field", put(f"{nodes}/if/v_threshold", None))
    graph("node-without-type.nir", "nir.missing-field", put(f"{nodes}/if/type", None))
    graph("unknown.nir", "nir.unknown-primitive", put(f"{nodes}/if/type", "LIFF"))
    graph("nan.nir", "nir.invalid-field", put(f"{nodes}/fc/weight", full((2, 3), math.nan)))
    graph("text.nir", "nir.invalid-field", put(f"{nodes}/fc/weight", "heavy"))
    graph("cube.nir", "nir.invalid-field", put(f"{nodes}/fc/weight", full((2, 3, 1), 1)))
    graph("threshold-shape.nir", "nir.invalid-field", put(f"{nodes}/if/v_threshold", full(3, 1)))
    graph("weight-shape.nir", "nir.shape-mismatch", put(f"{nodes}/fc/weight", full((2, 4), 1)))
    graph("edge-shape.nir", "nir.invalid-field", put("node/edges", [b"a", b"b", b"c"]))
    graph("edge-to-nowhere.nir", "nir.undefined-node", edges(*ordinary, ("fc", "ig")))
    graph("edge-twice.nir", "nir.duplicate-edge", edges(*ordinary, ("fc", "if")))
    graph("circle.nir", "nir.unsupported-recurrence", edges(*ordinary, ("if", "if")))
    graph("no-way.nir", "nir.no-network", edges(("input", "fc"), ("if", "output")))
    graph("empty-edges.nir", "nir.no-network", put("node/edges", np.zeros((0, 2))))
    graph("empty-input.nir", "nir.invalid-field", put(f"{nodes}/input/shape", np.array([0])))
    graph("huge-input.nir", "nir.too-large",
          put(f"{nodes}/input/shape", np.array([1 << 20, 1 << 20])))
    graph("negative-threshold.nir", "nir.unsupported-parameter",
          put(f"{nodes}/if/v_threshold", full(2, -1)))
    graph("many-resets.nir", "nir.unsupported-parameter",
          put(f"{nodes}/if/v_reset", np.float32([0, 0.5])))
    graph("input-twice.nir", "nir.several-inputs",
          lambda file: file.copy(f"{nodes}/input", f"{nodes}/input2"))
    graph("output-twice.nir", "nir.several-outputs",
          lambda file: file.copy(f"{nodes}/output", f"{nodes}/output2"))

    def neuron(**fields):
        values = {
            "tau": full(2, 0.01), "r": full(2, 1), "v_leak": full(2, 0), "v_threshold": full(2, 1)}
        values.update(fields)
        return lambda: chain(nir.Linear(full((2, 3), 1)), nir.LIF(**values))

    # These are read with a step of 0.001.
    graph("many-taus.nir", "nir.unsupported-parameter", build=neuron(tau=np.float32([0.01, 0.02])))
    graph("short-tau.nir", "nir.invalid-time-step", build=neuron(tau=full(2, 0.0001)))
    graph("zero-tau.nir", "nir.invalid-field", build=neuron(tau=full(2, 0)))
    # Sound where a step divides the delay.
    nir.write("delay.nir", chain(
        nir.Linear(full((2, 3), 1)), nir.Delay(full(2, 0.5)), nir.Linear(full((2, 2), 1))),
        compression=None)
    graph("resting-current.nir", "nir.unsupported-parameter", build=lambda: chain(
        nir.Linear(full((2, 3), 1)),
        nir.CubaLIF(tau_syn=full(2, 0.01), tau_mem=full(2, 0.01), r=full(2, 1),
                    v_leak=full(2, 0.5), v_threshold=full(2, 1))))
    graph("same-with-stride.nir", "nir.invalid-field", put(f"{nodes}/conv2d/padding", "same"),
          build=lambda: chain(nir.Conv2d((6, 6), full((1, 1, 3, 3), 1), 2, 0, 1, 1, full(1, 0))))
    graph("wide-flatten.nir", "nir.invalid-field", put(f"{nodes}/flatten/end_dim", 5),
          build=lambda: chain(
              nir.Flatten({"input": np.array([2, 3])}, 0, -1), nir.Linear(full((2, 6), 1))))

    # Damage that no library writes.
    with open("nested.nir", "rb") as file:
        whole = file.read()

    def damaged(name, code, data):
        codes[name] = code
        with open(f"bad/{name}", "wb") as file:
            file.write(data)

    damaged("empty.nir", "hdf5.not-hdf5", b"")
    damaged("picture.nir", "hdf5.not-hdf5", b"\x89PNG\r\n\x1a\n" + bytes(64))
    damaged("half.nir", "hdf5.truncated", whole[: len(whole) // 2])
    damaged("header-only.nir", "hdf5.truncated", whole[:24])
    damaged("superblock-9.nir", "hdf5.unsupported", whole[:8] + b"\x09" + whole[9:])
    damaged("wide-addresses.nir", "hdf5.malformed", whole[:13] + b"\x10" + whole[14:])
    with open("bad/expected.json", "w") as file:
        json.dump({name: codes[name] for name in sorted(codes)}, file, indent=1)


if __name__ == "__main__":
    networks()
    containers()
    bad()
