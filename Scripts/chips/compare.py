#!/usr/bin/env python3
"""Compares the answers of a vendor's tool with those of sfconv's integer simulator, sample by sample.

    compare.py OURS.csv THEIRS.csv [UNIT]

OURS.csv is of `sfconv eval BUNDLE --predictions OURS.csv`, THEIRS.csv of a runner in this folder: compared are
predictions, all values of the read-out, and the number of spikes where THEIRS.csv has it. Prints both accuracies on
the samples of THEIRS.csv, and sfconv's on all of OURS.csv. UNIT is what 1 of a value in THEIRS.csv is in OURS.csv
(default 1; 64 where a tool has whole integers and the bundle is Loihi's). Exit status 1 at any difference.
"""
import csv
import sys


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def scaled(values, unit):
    return " ".join(str(unit * int(one)) if one.lstrip("-").isdigit() else one for one in values.split())


def main(ours, theirs, unit="1"):
    ours, theirs = read(ours), read(theirs)
    if not theirs or len(theirs) > len(ours):
        sys.exit(f"compare: {len(theirs)} answers against {len(ours)} of sfconv")
    columns = [name for name in ("prediction", "readout", "spikes") if name in theirs[0]]
    equal = dict.fromkeys(columns, 0)
    first = None
    right = [0, 0]
    for one, other in zip(ours, theirs):
        other = dict(other, readout=scaled(other["readout"], int(unit)))
        one = dict(one, spikes=str(sum(map(int, one["spikes"].split()))))
        for name in columns:
            equal[name] += one[name] == other[name]
            if one[name] != other[name] and first is None:
                first = f"sample {one['index']}, {name}: sfconv {one[name]}, the tool {other[name]}"
        right[0] += one["label"] == one["prediction"]
        right[1] += one["label"] == other["prediction"]
    count = len(theirs)
    names = {"prediction": "predictions", "readout": "read-outs", "spikes": "sums of spikes"}
    compared = ", ".join(f"{equal[name]} of {count} {names[name]} equal" for name in columns)
    whole = sum(one["label"] == one["prediction"] for one in ours)
    print(f"accuracy {100 * right[1] / count:.2f} % (sfconv {100 * right[0] / count:.2f} %), {compared}; sfconv on all "
          f"{len(ours)}: {100 * whole / len(ours):.2f} %")
    if first:
        print(f"compare: first difference: {first}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
