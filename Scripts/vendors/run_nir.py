#!/usr/bin/env python3
"""Runs NIR files in a reader of NIR, for the equality test.

    run_nir.py JOBS.json

JOBS.json is a list of {"nir": path, "shape": [...], "values": [...], "steps": T, "reader": R}; readers are norse,
snntorch, spikingjelly, sinabs and rockpool. Prints one JSON list: for each job {"outputs": the outputs of each step,
"weights": how many weights the metadata give back from codebook, indices and unit, or -1 where one differs}.
Needs the environment of Scripts/setup-vendors.sh nir. Exit codes: 0 done; 3 packages are missing.
"""
import contextlib
import json
import sys
import types
import warnings

sys.dont_write_bytecode = True
warnings.filterwarnings("ignore")


def allow_old_torch():
    """Lets readers that want torch 2 run on torch 1.13: names that became public later, and forward passes that
    leave the context to setup_context (torch 1 hands it over), and spikingjelly's choice between its implementations
    for processors and graphics cards (torch 1 registers neither). What the readers compute stays theirs."""
    import torch
    if int(torch.__version__.split(".")[0]) >= 2:
        return
    import torch._subclasses.fake_tensor as fake_tensor
    import torch.utils._pytree as pytree
    pytree.register_pytree_node = pytree._register_pytree_node
    fake_tensor.unset_fake_temporarily = contextlib.nullcontext

    def register(namespace, _, selection):
        operators = getattr(torch.ops, namespace)
        operators.forward = types.SimpleNamespace(default=selection._cpu_forward)

    dispatch = types.ModuleType("spikingjelly._ops.dispatch")
    dispatch._register_dispatch = register
    dispatch._update_cache_tag = lambda selected: selected
    sys.modules[dispatch.__name__] = dispatch

    def without_context(cls, **_):
        if "setup_context" in cls.__dict__:
            forward = cls.__dict__["forward"].__func__
            cls.forward = staticmethod(lambda context, *arguments: forward(*arguments))

    torch.autograd.Function.__init_subclass__ = classmethod(without_context)


def imported(reader, graph):
    if reader == "norse":
        import norse.torch
        return norse.torch.from_nir(graph)
    if reader == "snntorch":
        from snntorch.import_nir import import_from_nir
        return import_from_nir(graph)
    if reader == "sinabs":
        import sinabs.nir
        return sinabs.nir.from_nir(graph, batch_size=1)
    if reader == "rockpool":
        from rockpool.nn.modules import from_nir
        return from_nir(graph)
    from spikingjelly.activation_based.nir_exchange.from_nir import import_from_nir
    return import_from_nir(graph)


def outputs(reader, model, x, steps):
    """The outputs of each step; x has a batch axis of 1."""
    import torch
    if reader == "rockpool":                        # takes all steps at once: batch, time, values
        result = model(x.reshape(1, 1, -1).repeat(1, steps, 1))
        result = result[0] if isinstance(result, tuple) else result
        return result.reshape(steps, -1).tolist()
    state, rows = None, []
    for _ in range(steps):
        y = model(x) if state is None else model(x, state)
        if isinstance(y, tuple):
            y, state = y
        rows.append(y.detach().reshape(-1).tolist())
    return rows


def weights_from_metadata(graph):
    import numpy as np
    count = 0
    for node in graph.nodes.values():
        about = getattr(node, "metadata", None) or {}
        if "indices" not in about:
            continue
        books = [np.asarray(about[f"codebook{k}"]) for k in range(len(about["scales"]))]
        indices = np.asarray(about["indices"])
        if len(books) == 1:
            integers = books[0][indices]
        else:
            integers = np.stack([book[row] for book, row in zip(books, indices)])
        expected = integers.astype(np.float32) * np.float32(np.asarray(about["unit"]).item())
        if not np.array_equal(expected, np.asarray(node.weight)):
            return -1
        count += indices.size
    return count


def main():
    try:
        import nir
        import torch
    except ImportError as problem:
        print(f"run_nir.py: {problem} (run Scripts/setup-vendors.sh nir)", file=sys.stderr)
        sys.exit(3)
    torch.set_num_threads(1)
    allow_old_torch()
    results = []
    with open(sys.argv[1]) as file:
        jobs = json.load(file)
    with contextlib.redirect_stdout(sys.stderr), torch.no_grad():
        for job in jobs:
            graph = nir.read(job["nir"])
            weights = weights_from_metadata(graph)
            model = imported(job["reader"], graph)
            x = torch.tensor(job["values"], dtype=torch.float32).reshape([1] + job["shape"])
            results.append({"outputs": outputs(job["reader"], model, x, job["steps"]), "weights": weights})
    print(json.dumps(results))


if __name__ == "__main__":
    main()
