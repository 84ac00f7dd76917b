#!/usr/bin/env python3
"""Runs many netx networks in one process of Intel's Lava, for the equality test.

    run_lava_batch.py JOBS.json

JOBS.json is a list of
    {"net": path, "input": path, "shape": [N] or [C, H, W], "columns": T, "steps": S, "message_bits": B,
     "reset_interval": I or null, "reset_offset": O, "output": path prefix}
input is raw little-endian int32, one column after the other, each in C, H, W order. For each job come out
    PREFIX.spikes   spikes of the last layer, one step after the other
    PREFIX.uL, .vL  current and membrane of layer L after each step
raw little-endian int32, each step in C, H, W order. Prints "ok PREFIX" or "failed PREFIX: reason" a job.
Timing and scale are those of run_lava.py. Exit codes too.
"""
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import run_lava


def main():
    try:
        run_lava.load_lava()
    except ImportError as problem:
        run_lava.fail(3, f"{problem} (run Scripts/setup-vendors.sh and use that environment's python)")
    import numpy as np

    def in_channel_order(values):
        """(S, N) stays, (S, W, H, C) becomes (S, C, H, W)."""
        return values if values.ndim == 2 else values.transpose(0, 3, 2, 1)

    def save(path, values):
        np.ascontiguousarray(values).astype("<i4").tofile(path)

    with open(sys.argv[1]) as file:
        jobs = json.load(file)
    for job in jobs:
        columns = np.fromfile(job["input"], "<i4").reshape([job["columns"]] + job["shape"])
        axes = (1, 0) if columns.ndim == 2 else (3, 2, 1, 0)
        run_lava.give_up_after(120)                 # a job; Lava can wait for ever, then this process ends with 5
        try:
            spikes, states, _, _ = run_lava.run(
                job["net"], columns.transpose(axes), steps=job["steps"], message_bits=job["message_bits"],
                reset_interval=job["reset_interval"], reset_offset=job["reset_offset"], per_step=True)
        except Exception as problem:                # whatever the vendor's code raises, said in one line
            print(f"failed {job['output']}: {type(problem).__name__}: {' '.join(str(problem).split())[:300]}", flush=True)
            continue
        save(job["output"] + ".spikes", in_channel_order(np.moveaxis(spikes, -1, 0)))
        for name, values in states.items():
            save(f"{job['output']}.{name}", in_channel_order(values))
        print(f"ok {job['output']}", flush=True)


if __name__ == "__main__":
    main()
