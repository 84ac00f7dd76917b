#!/usr/bin/env python3
"""Runs NIR files in spikingjelly 2.0.0 or norse 1.1.0 (nir 1.0.8), for the equality test.

    run_nir.py JOBS.json

JOBS.json is a list of {"nir": path, "shape": [...], "values": [...], "steps": T, "reader": R}. Prints one JSON list: for each
job the outputs of each step.
"""
import json
import sys
import warnings

sys.dont_write_bytecode = True
warnings.filterwarnings("ignore")


def main():
    import nir
    import torch

    def imported(reader, path):
        if reader == "norse":
            import norse.torch
            return norse.torch.from_nir(nir.read(path))
        from spikingjelly.activation_based.nir_exchange.from_nir import import_from_nir
        return import_from_nir(nir.read(path))

    results = []
    with open(sys.argv[1]) as file:
        jobs = json.load(file)
    for job in jobs:
        model = imported(job.get("reader", "spikingjelly"), job["nir"])
        x = torch.tensor(job["values"], dtype=torch.float32).reshape([1] + job["shape"])
        state, rows = None, []
        for _ in range(job["steps"]):
            y, state = model(x) if state is None else model(x, state)
            rows.append([int(v) for v in y.detach().reshape(-1)])
        results.append(rows)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
