"""Times how sfconv and onnx read a large model, round by round in turn.

usage: import_times.py run SFCONV FOLDER ROUNDS LINES   appends a line of JSON for each process
       import_times.py table LINES > results/import.md

FOLDER holds what import_models.py wrote. Every case is a fresh process. Its private memory is the
largest RssAnon of /proc/PID/status, looked at every millisecond: pages of a mapped file, which the
system may drop and read again, are not in it.
"""
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

CASES = {
    "one-file": {
        "sfconv inspect": "graph with shapes, all weights looked at; nothing is written",
        "sfconv import": "the same, then the weights hashed and written as a model file",
        "onnx load": "`onnx.load`",
        "onnx load + infer": "`onnx.load`, then `onnx.shape_inference.infer_shapes`",
    },
    "external": {
        "sfconv inspect": "as above",
        "sfconv import": "as above",
        "onnx load": "`onnx.load` with its external data; `infer_shapes` cannot take 2 GiB",
    },
}


def child(case, path):
    """What a process of onnx does; the time leaves out the start of Python."""
    import onnx

    start = time.perf_counter()
    model = onnx.load(path)
    shapes = 0
    if case == "onnx load + infer":
        shapes = len(onnx.shape_inference.infer_shapes(model).graph.value_info)
    print(json.dumps({"inside": time.perf_counter() - start, "shapes": shapes,
                      "version": onnx.__version__}))


def private_memory(pid):
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def measure(command):
    """Seconds, seconds of processor, bytes of private memory and the output of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    memory = 0
    while True:
        memory = max(memory, private_memory(process.pid))
        finished, status, usage = os.wait4(process.pid, os.WNOHANG)
        if finished:
            break
        time.sleep(0.001)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    output, errors = process.communicate()
    if process.returncode:
        sys.exit(f"{command}: exit {process.returncode}\n{output}{errors}")
    return {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "memory": memory,
            "output": output}


def run(sfconv, folder, name, case):
    path = folder / f"{name}.onnx"
    if case == "sfconv inspect":
        return measure([sfconv, "inspect", path])
    if case == "sfconv import":
        model = folder / f"{name}.sfm"
        try:
            return measure([sfconv, "import", path, "-o", model])
        finally:
            model.unlink(missing_ok=True)
    row = measure([sys.executable, __file__, "child", case, path])
    return row | json.loads(row["output"])


def spread(values, digits=2):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}..{max(values):.{digits}f})"


def idle():
    fields = [int(field) for field in open("/proc/stat").readline().split()[1:9]]
    return fields[3] + fields[4], sum(fields)


def measure_all(sfconv, folder, rounds, lines):
    folder = pathlib.Path(folder)
    for name, cases in CASES.items():
        files = sorted(folder.glob(f"{name}.*"))
        if not (folder / f"{name}.onnx").exists():
            continue
        sizes = ", ".join(f"`{file.name}` {file.stat().st_size:,} bytes" for file in files)
        for round in range(rounds):
            for case in cases:
                for file in files:  # into the system's cache of files
                    with open(file, "rb", buffering=0) as opened:
                        while opened.read(1 << 24):
                            pass
                idle_before, all_before = idle()
                row = run(sfconv, folder, name, case)
                idle_after, all_after = idle()
                total = (all_after - all_before) / os.sysconf("SC_CLK_TCK")
                unused = (idle_after - idle_before) / os.sysconf("SC_CLK_TCK")
                row["others"] = max(0, total - unused - row["cpu"]) / total if total else 0
                del row["output"]
                with open(lines, "a") as file:
                    print(json.dumps(row | {"name": name, "case": case, "sizes": sizes}), file=file)
                print(f"round {round + 1}, {name}, {case}: {row['seconds']:.2f} s, {row['cpu']:.2f} s of "
                      f"processor, {row['memory'] / 1e6:.0f} MB", file=sys.stderr)


def table(lines):
    rows = {}
    for line in open(lines):
        row = json.loads(line)
        rows.setdefault((row["name"], row["case"]), []).append(row)
    version = next(row[0]["version"] for row in rows.values() if "version" in row[0])
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), platform.machine())
    others = [100 * row["others"] for group in rows.values() for row in group]
    print("# Reading a large ONNX model\n")
    print("Written by `run-import.sh`; see [README](../README.md) for what is measured.\n")
    print(f"- Machine: {model}, {os.cpu_count()} processors; onnx {version}, Python "
          f"{platform.python_version()}.")
    print("- In each round the cases in turn, every one in a process of its own, the files in the system's "
          "cache. A number is the median, with the smallest and the largest.")
    print(f"- Share of the processors that other programs took during a process: {spread(others, 0)} %. "
          "Wall times are longer for it, processor times a little.\n")
    for name, cases in CASES.items():
        if (name, "sfconv inspect") not in rows:
            continue
        first = rows[name, "sfconv inspect"]
        print(f"## {name}\n\n{first[0]['sizes']}. Rounds: {len(first)}.\n")
        print("| case | seconds | of processor | private MB | processor, case / inspect | memory, case / inspect |")
        print("|---|---:|---:|---:|---:|---:|")

        def median(case, key):
            return statistics.median(row[key] for row in rows[name, case])

        known = {case: text for case, text in cases.items() if (name, case) in rows}
        for case in known:
            ratios = " | ".join(
                f"{median(case, key) / median('sfconv inspect', key):.1f}" for key in ("cpu", "memory"))
            print(f"| {case} | {spread([row['seconds'] for row in rows[name, case]])} "
                  f"| {spread([row['cpu'] for row in rows[name, case]])} "
                  f"| {spread([row['memory'] / 1e6 for row in rows[name, case]], 0)} | {ratios} |")
        print("\n" + "; ".join(f"{case}: {text}" for case, text in known.items()) + ".")
        inside = {case: [row["inside"] for row in rows[name, case]]
                  for case in known if "inside" in rows[name, case][0]}
        if inside:
            print("Wall seconds without the start of Python: "
                  + "; ".join(f"{case} {spread(values)}" for case, values in inside.items()) + ".")
        print()


if __name__ == "__main__":
    if sys.argv[1] == "child":
        child(sys.argv[2], sys.argv[3])
    elif sys.argv[1] == "run":
        measure_all(sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5])
    else:
        table(sys.argv[2])
