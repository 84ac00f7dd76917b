#!/usr/bin/env bash
# Counts what a training step allocates from the heap of the C library: in all, and without oneDNN. The
# difference between a long and a short run of the same program, so that only steps count.
#
# usage: allocations.sh   prints a table in Markdown
#   NETS=DIRECTORY    trained networks of run-training.sh (default .build-nets)
#   THREADS="1 2"     how many threads work
set -euo pipefail
cd "$(dirname "$0")"
nets=${NETS:-.build-nets}
swift build -c release --product TrainingStep >&2
binary=$(swift build -c release --show-bin-path)/TrainingStep
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -O2 -shared -fPIC -DALLOCATION_REPORT -o "$work/count.so" \
  ../Tests/CAllocationCount/allocations.c -ldl

# Allocations of a run of so many steps: in all, and without oneDNN.
count() {
  STEPS=$1 SURROGATE=$2 LD_PRELOAD=$work/count.so "$binary" "$3" train "$nets/$3.f32" 0 "$4" \
    2>&1 >/dev/null | awk '/^allocations/ { print $2, $4 }'
}

echo "| net | surrogate | threads | allocations per step | without oneDNN |"
echo "|---|---|---:|---:|---:|"
for net in A B; do
  for surrogate in atan triangle; do
    for threads in ${THREADS:-1 2}; do
      read -r all ours <<<"$(count 30 "$surrogate" "$net" "$threads")"
      read -r all_more ours_more <<<"$(count 50 "$surrogate" "$net" "$threads")"
      awk -v a="$((all_more - all))" -v o="$((ours_more - ours))" \
        "BEGIN { printf \"| $net | $surrogate | $threads | %.1f | %.1f |\n\", a / 20, o / 20 }"
    done
  done
done
