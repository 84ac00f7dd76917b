#!/usr/bin/env bash
# Times a training step and inference of two trained networks in sfconv, snnTorch, SpikingJelly and
# norse, round by round in turn, and writes results/training-step.md.
#
# usage: run-training.sh [ROUNDS [SECONDS]]   default 5 rounds of at least 2 s per case
#   PEERS=DIRECTORY   virtual environment of peers/setup.sh (default .build-peers)
#   NETS=DIRECTORY    trained networks, made on first use (default .build-nets)
#   STEPS=1000        training steps of a network that is made
#   CORES=0,1         processors that every case is pinned to; as many threads are used
#   CASES="A:train B:train A:infer B:infer"
#   LIMIT=0.05        a case of a round is repeated when other programs took more of the processors
#   ATTEMPTS=4        but at most so often; the quietest attempt counts
set -euo pipefail
cd "$(dirname "$0")"
rounds=${1:-5}
seconds=${2:-2}
peers=${PEERS:-.build-peers}
nets=${NETS:-.build-nets}
cores=${CORES:-0,1}
cases=${CASES:-A:train B:train A:infer B:infer}
limit=${LIMIT:-0.05}
attempts=${ATTEMPTS:-4}
threads=$(tr ',' '\n' <<<"$cores" | wc -l)
out=results/training-step.jsonl

[[ -x "$peers/bin/python" ]] || peers/setup.sh "$peers"
swift build -c release --product TrainingStep
binary=$(swift build -c release --show-bin-path)/TrainingStep
mkdir -p results "$nets"
for net in A B; do
  if [[ ! -f "$nets/$net.f32" || ! -f "$nets/$net.json" ]]; then
    echo "training net $net" >&2
    "$binary" "$net" prepare "$nets/$net.f32" "${STEPS:-1000}" "$threads" >"$nets/$net.json.part"
    mv "$nets/$net.json.part" "$nets/$net.json"
  fi
done
: >"$out"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Ticks (1/100 s) that the chosen processors have not been idle.
busy() {
  awk -v cores="$cores" '
    BEGIN { count = split(cores, names, ","); for (i = 1; i <= count; i++) wanted["cpu" names[i]] }
    $1 in wanted { for (i = 2; i <= 9; i++) if (i != 5 && i != 6) sum += $i }
    END { print sum }' /proc/stat
}

# Runs a case and appends its line of JSON, with the share of the processors that went to others.
measure() {
  local before after others
  before=$(busy)
  TIMEFORMAT='%R %U %S'
  { time taskset -c "$cores" "$@" >"$work/line" 2>/dev/null; } 2>"$work/time"
  after=$(busy)
  others=$(awk -v ticks=$((after - before)) -v threads="$threads" '
    { share = (ticks / 100 - $2 - $3) / ($1 * threads); print (share > 0 ? share : 0) }' "$work/time")
  tail -n 1 "$work/line" | sed "s/}\$/, \"others\": $others}/" >>"$work/lines"
  # The worst of this attempt.
  worst=$(awk -v a="$worst" -v b="$others" 'BEGIN { print (a > b ? a : b) }')
}

for ((round = 1; round <= rounds; round++)); do
  for case in $cases; do
    net=${case%:*} mode=${case#*:} best=9
    for ((attempt = 1; attempt <= attempts; attempt++)); do
      : >"$work/lines"
      worst=0
      measure "$binary" "$net" "$mode" "$nets/$net.f32" "$seconds" "$threads"
      for library in snntorch spikingjelly norse; do
        measure "$peers/bin/python" peers/train_step.py "$library" "$net" "$mode" \
          "$nets/$net.f32" "$seconds" "$threads"
      done
      echo "round $round of $rounds: net $net, $mode, $worst of the processors to others" >&2
      if awk -v a="$worst" -v b="$best" 'BEGIN { exit !(a < b) }'; then
        best=$worst
        cp "$work/lines" "$work/kept"
      fi
      if awk -v a="$best" -v b="$limit" 'BEGIN { exit !(a <= b) }'; then break; fi
    done
    cat "$work/kept" >>"$out"
  done
done
"$peers/bin/python" peers/table.py "$out" "$nets" >results/training-step.md
cat results/training-step.md
