"""Time and quality of one-dimensional codebooks: sfconv's KMeans1D beside scikit-learn's KMeans.

usage: codebook.py CODEBOOKFIT [COUNT [ROUNDS]]   CODEBOOKFIT the built benchmark, COUNT weights
(default 10,000,000), ROUNDS of sfconv (default 5). Needs numpy and scikit-learn. Prints Markdown.
Same numbers for both, one thread each, in turn on one machine.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np
import sklearn
from sklearn.cluster import KMeans

import table


def tensors(count):
    generator = np.random.default_rng(0)
    normal = generator.standard_normal(count, dtype=np.float32) * np.float32(0.05)
    yield "normal", normal
    sparse = normal.copy()
    sparse[np.abs(sparse) < np.quantile(np.abs(sparse[:1_000_000]), 0.8)] = 0
    yield "80 % zeros", sparse


def error(points, centroids):
    """Mean squared distance to the nearest centroid over the mean square, in double."""
    centroids = np.sort(np.asarray(centroids, dtype=np.float64))
    middles = (centroids[1:] + centroids[:-1]) / 2
    total = squares = 0.0
    for part in np.array_split(points, 64):
        x = part.astype(np.float64)
        total += ((x - centroids[np.searchsorted(middles, x)]) ** 2).sum()
        squares += (x**2).sum()
    return total / squares


def timed(work):
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - wall, time.process_time() - cpu


def peer(points, count, kind):
    if kind == "all points, 20 iterations":
        model = KMeans(count, n_init=1, max_iter=20, random_state=0)
        return model.fit(points.reshape(-1, 1)).cluster_centers_.ravel()
    some = np.random.default_rng(1).choice(points, 100_000)
    model = KMeans(count, n_init=1, max_iter=300, random_state=0)
    return model.fit(some.reshape(-1, 1)).cluster_centers_.ravel()


def main():
    binary = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000
    rounds = sys.argv[3] if len(sys.argv) > 3 else "5"
    largest = int(os.environ.get("LARGEST_FULL", "16"))
    print("# Codebooks of many weights against scikit-learn\n")
    print("Written by `peers/codebook.py`; see [README](../README.md) for what is measured.\n")
    print(f"- Machine: {table.machine()}; one thread each.")
    print(f"- {count:,} weights; scikit-learn {sklearn.__version__}, numpy {np.__version__}.")
    print(f"- Load average at the start: {open('/proc/loadavg').read().split()[0]}.\n")
    print("Error is the mean squared distance to the nearest value over the mean square.\n")
    print("| weights | M | method | wall s | CPU s | error | error, to sfconv |")
    print("|---|---:|---|---:|---:|---:|---:|", flush=True)
    for kind, points in tensors(count):
        with tempfile.NamedTemporaryFile() as file:
            points.tofile(file)
            file.flush()
            for size in (4, 16, 256):
                command = [binary, file.name, str(size), rounds]
                row = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
                own = error(points, row["centroids"])
                wall, cpu = sorted(row["wall"]), sorted(row["cpu"])
                print(
                    f"| {kind} | {size} | sfconv | {wall[len(wall) // 2]:.3f} "
                    f"({wall[0]:.3f}..{wall[-1]:.3f}) | {cpu[len(cpu) // 2]:.3f} | {own:.6g} | |",
                    flush=True,
                )
                kinds = ["100,000 drawn points"]
                if size <= largest:
                    kinds.insert(0, "all points, 20 iterations")
                for name in kinds:
                    values, seconds, processor = timed(lambda: peer(points, size, name))
                    found = error(points, values)
                    print(
                        f"| {kind} | {size} | scikit-learn, {name} | {seconds:.3f} | "
                        f"{processor:.3f} | {found:.6g} | {found / own:.5f} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
