"""Makes the Markdown table of run-training.sh from its lines of JSON."""
import json
import platform
import statistics
import sys
from collections import defaultdict

PEERS = {"snntorch": "snnTorch", "spikingjelly": "SpikingJelly", "norse": "norse"}
NAMES = {"sfconv": "sfconv", **PEERS}


def machine():
    fields = {}
    models = 0
    for line in open("/proc/cpuinfo"):
        key, _, value = line.partition(":")
        models += key.strip() == "model name"
        fields.setdefault(key.strip(), value.strip())
    wide = [flag for flag in ("avx2", "avx512f", "avx512_bf16") if flag in fields.get("flags", "").split()]
    return f"{fields.get('model name', platform.machine())}, {models} processors ({', '.join(wide)})"


def spread(values, digits=1):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}..{max(values):.{digits}f})"


def main(path, nets):
    cases = defaultdict(lambda: defaultdict(list))
    rows = [json.loads(line) for line in open(path)]
    for row in rows:
        cases[row["net"], row["mode"], row["batch"]][row["lib"]].append(row)
    threads = rows[0]["threads"]
    rounds = max(len(lines) for libraries in cases.values() for lines in libraries.values())
    versions = {row["lib"]: row["version"] for row in rows}
    torch = next(row["torch"] for row in rows if "torch" in row)
    others = [100 * row["others"] for row in rows]

    print("# Training step against snnTorch, SpikingJelly and norse\n")
    print("Written by `run-training.sh`; see [README](../README.md) for what is measured.\n")
    print(f"- Machine: {machine()}; every case pinned to {threads} of them, {threads} threads.")
    print(f"- Peers: snnTorch {versions['snntorch']}, SpikingJelly {versions['spikingjelly']}, "
          f"norse {versions['norse']}, PyTorch {torch}, Python {platform.python_version()}.")
    print(f"- {rounds} rounds, in each the four libraries in turn, every one in a process of its "
          "own. A number is the median over the rounds of the median step, with the smallest and "
          "the largest.")
    print(f"- Share of the processors that other programs took during a process: {spread(others)} %. "
          "Rounds in which it was too much were repeated (`LIMIT`, `ATTEMPTS`).\n")
    print("Machines differ and are noisy: only the ratios within one run count.\n")

    for mode, title in (("train", "Training step"), ("infer", "Inference")):
        chosen = {case: libraries for case, libraries in cases.items() if case[1] == mode}
        if not chosen:
            continue
        print(f"## {title}\n")
        print("| net, batch | library | ms per step | samples/s | CPU ms per step | peak MB "
              "| time, peer / sfconv | CPU time, peer / sfconv |")
        print("|---|---|---:|---:|---:|---:|---:|---:|")
        for (net, _, batch), libraries in chosen.items():
            own = [row["step_ms"] for row in libraries["sfconv"]]
            for library in NAMES:
                lines = libraries[library]
                times = [row["step_ms"] for row in lines]
                ratio, cpu_ratio = "", ""
                cpu = statistics.median(row["cpu_ms"] for row in lines)
                if library != "sfconv":
                    own_cpu = statistics.median(row["cpu_ms"] for row in libraries["sfconv"])
                    cpu_ratio = f"{cpu / own_cpu:.2f}"
                    ratio = f"**{statistics.median(times) / statistics.median(own):.2f}**"
                    each = [a / b for a, b in zip(times, own)]
                    ratio += f" ({min(each):.2f}..{max(each):.2f})"
                print(f"| {net}, {batch} | {NAMES[library]} | {spread(times)} "
                      f"| {batch / statistics.median(times) * 1e3:.0f} "
                      f"| {cpu:.1f} | {max(row['rss_mb'] for row in lines):.0f} | {ratio} "
                      f"| {cpu_ratio} |")
        print()

    print("## The densities\n")
    print("Before the measurement sfconv trained the networks on Fashion-MNIST; all libraries start "
          "from the same trained weights and images that training had not seen. Share of the inputs "
          "of each layer that are not 0, over all steps (the first is the image):\n")
    print("| net | training steps | accuracy in the last tenth of them | densities |")
    print("|---|---:|---:|---|")
    for net in sorted({net for net, _, _ in cases}):
        report = json.load(open(f"{nets}/{net}.json"))
        densities = " ".join(f"{density:.3f}" for density in report["densities"])
        print(f"| {net} | {report['steps']} | {100 * report['accuracy']:.1f} % | {densities} |")
    print()

    print("## The same work\n")
    print("Losses of the first three training steps, and spikes per neuron and time step of each "
          "layer in the first and in the last of the measured steps. SpikingJelly's equations are "
          "sfconv's; snnTorch's differ in when the threshold is subtracted, norse's in the "
          "surrogate.\n")
    print("| net | library | losses | rates in the first step | in the last |")
    print("|---|---|---|---|---|")
    for (net, mode, _), libraries in cases.items():
        for library in NAMES if mode == "train" else []:
            row = libraries[library][0]
            losses = " ".join(f"{loss:.6f}" for loss in row["losses"])
            first, last = (" ".join(f"{rate:.4f}" for rate in row[key])
                           for key in ("rates", "last_rates"))
            print(f"| {net} | {NAMES[library]} | {losses} | {first} | {last} |")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
