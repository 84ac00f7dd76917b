#!/usr/bin/env bash
# Times a training step and inference of two networks in sfconv, snnTorch and SpikingJelly, round
# by round in turn, and writes results/training-step.md.
#
# usage: run-training.sh [ROUNDS [SECONDS]]   default 5 rounds of at least 2 s per case
#   PEERS=DIRECTORY   virtual environment of peers/setup.sh (default .build-peers)
#   CORES=0,1         processors that every case is pinned to; as many threads are used
#   CASES="A:train B:train A:infer B:infer"
set -euo pipefail
cd "$(dirname "$0")"
rounds=${1:-5}
seconds=${2:-2}
peers=${PEERS:-.build-peers}
cores=${CORES:-0,1}
cases=${CASES:-A:train B:train A:infer B:infer}
threads=$(tr ',' '\n' <<<"$cores" | wc -l)
out=results/training-step.jsonl

[[ -x "$peers/bin/python" ]] || peers/setup.sh "$peers"
swift build -c release --product TrainingStep
binary=$(swift build -c release --show-bin-path)/TrainingStep
mkdir -p results
: >"$out"

measure() {
  local load
  load=$(cut -d ' ' -f 1 /proc/loadavg)
  # The line of JSON, with the load of the machine before the case.
  taskset -c "$cores" "$@" 2>/dev/null | tail -n 1 | sed "s/}\$/, \"load\": $load}/" >>"$out"
}

for ((round = 1; round <= rounds; round++)); do
  for case in $cases; do
    net=${case%:*} mode=${case#*:}
    echo "round $round of $rounds: net $net, $mode" >&2
    measure "$binary" "$net" "$mode" "$seconds" "$threads"
    for library in snntorch spikingjelly; do
      measure "$peers/bin/python" peers/train_step.py "$library" "$net" "$mode" "$seconds" \
        "$threads"
    done
  done
done
"$peers/bin/python" peers/table.py "$out" >results/training-step.md
cat results/training-step.md
