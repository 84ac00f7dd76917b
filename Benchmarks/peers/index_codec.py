"""Speed of the codings of indices beside zstd alone and numpy's packbits.

usage: index_codec.py INDEXCODEC [BUNDLECODEC [COUNT [ROUNDS]]]   the built benchmarks, COUNT indices
(default 8,388,608), ROUNDS (default 9). Needs numpy. Prints Markdown. One thread; pin it (`taskset -c 0`).
"""
import json
import subprocess
import sys
import time

import numpy as np

import table


def rate(count, rounds, work):
    seconds = []
    work()
    for _ in range(rounds):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return round(count / sorted(seconds)[rounds // 2] / 1e6)


def packbits(count, rounds):
    """numpy's way to pack indices of one bit, and of w bits by way of single bits."""
    generator = np.random.default_rng(0)
    for entries, width in ((2, 1), (4, 2), (16, 4), (256, 8)):
        indices = generator.integers(0, entries, count, dtype=np.uint8)
        if width == 1:
            packed = np.packbits(indices, bitorder="little")
            encode = lambda: np.packbits(indices, bitorder="little")
            decode = lambda: np.unpackbits(packed, bitorder="little")
        else:
            planes = lambda: np.packbits(
                np.unpackbits(indices[:, None], axis=1, bitorder="little")[:, :width],
                bitorder="little",
            )
            packed = planes()
            encode = planes
            decode = lambda: np.packbits(
                np.unpackbits(packed, bitorder="little").reshape(-1, width), axis=1,
                bitorder="little",
            )
        assert np.array_equal(decode().ravel()[:count], indices)
        yield {
            "M": entries, "zeros": 0, "method": "numpy packbits", "bytes": packed.size,
            "encode": rate(count, rounds, encode), "decode": rate(count, rounds, decode),
        }


def main():
    programs = [program for program in sys.argv[1:3] if program]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 1 << 23
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 9
    print("# Codings of indices: speed\n")
    print("Written by `peers/index_codec.py`; see [README](../README.md) for what is measured.\n")
    print(f"- Machine: {table.machine()}; one core.")
    print(f"- {count:,} indices, medians of {rounds} rounds in processor time, one more warms up.")
    print(f"- Load average at the start: {open('/proc/loadavg').read().split()[0]}.\n")
    rows = []
    for program in programs:
        output = subprocess.run(
            [program, str(count), str(rounds)], check=True, capture_output=True, text=True
        ).stdout
        rows += [json.loads(line) for line in output.splitlines()]
    rows += packbits(count, rounds)
    print("Slowest case of each method, in millions of indices a second:\n")
    print("| method | encode | decode |\n|---|---:|---:|")
    for method in dict.fromkeys(row["method"] for row in rows):
        own = [row for row in rows if row["method"] == method]
        print(f"| {method} | {min(r['encode'] for r in own):,} | {min(r['decode'] for r in own):,} |")
    print("\nEvery case:\n")
    print("| M | zeros | method | bytes | encode M/s | decode M/s |\n|---:|---:|---|---:|---:|---:|")
    for row in sorted(rows, key=lambda row: (row["M"], row["zeros"])):
        print(
            f"| {row['M']} | {row['zeros']:.0%} | {row['method']} | {row['bytes']:,} | "
            f"{row['encode']:,} | {row['decode']:,} |"
        )


if __name__ == "__main__":
    main()
