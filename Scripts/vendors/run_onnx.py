#!/usr/bin/env python3
"""Checks ONNX files with onnx.checker and runs them in onnxruntime, for the equality test.

    run_onnx.py JOBS.json

JOBS.json is a list of
    {"model": path, "input": path of raw bytes, "shape": shape with the batch, "output": path prefix}
For each job come out PREFIX.NAME for every output of the model: raw little-endian int32, and "ok PREFIX", or
"failed PREFIX: reason". Every model runs twice, with all of the runtime's optimisations and with none, and both
must agree. Exit codes: 0 done, 3 packages are missing.
"""
import json
import sys


def main():
    try:
        import numpy as np
        import onnx
        import onnxruntime
    except ImportError as problem:
        print(f"{problem} (pip install onnx onnxruntime)", file=sys.stderr)
        sys.exit(3)
    onnxruntime.set_default_logger_severity(3)
    with open(sys.argv[1]) as file:
        jobs = json.load(file)
    for job in jobs:
        prefix = job["output"]
        try:
            onnx.checker.check_model(job["model"], full_check=True)
            samples = np.fromfile(job["input"], np.uint8).reshape(job["shape"])
            results = []
            for level in (
                onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL, onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL):
                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = 1
                options.log_severity_level = 3
                options.graph_optimization_level = level
                session = onnxruntime.InferenceSession(job["model"], options, providers=["CPUExecutionProvider"])
                names = [output.name for output in session.get_outputs()]
                results.append(session.run(names, {"input": samples}))
            for name, value, plain in zip(names, *results):
                if not np.array_equal(value, plain):
                    raise ValueError(f"{name} differs between optimisation levels")
                np.ascontiguousarray(value).astype("<i4").tofile(f"{prefix}.{name}")
        except Exception as problem:                # whatever checker or runtime raise, said in one line
            print(f"failed {prefix}: {type(problem).__name__}: {' '.join(str(problem).split())[:400]}", flush=True)
            continue
        print(f"ok {prefix}", flush=True)


if __name__ == "__main__":
    main()
