#!/usr/bin/env bash
# Takes a network that others trained over time (cnn_sinabs.nir of the NIR paper) to Loihi, runs it in Lava's
# fixed-point simulator on the 20 test recordings of N-MNIST, and compares predictions, read-outs and spikes of every
# recording with `sfconv eval`. Prints the figures of docs/targets.md.
#
#   SFCONV_SHARED=DIR Scripts/chips-recordings.sh   DIR holds nir-paper and nmnist-a (docs/import.md, "Tests")
#   SAMPLES=2 …                                     compare so many recordings only
#
# The recordings are cut into columns by Scripts/chips/nmnist.py, apart from sfconv. Exit status: 0 all is equal; 1 a
# difference or another failure; 2 there are no recordings.
set -euo pipefail
cd "$(dirname "$0")/.."

shared=${SFCONV_SHARED:-}
[[ -d $shared/nmnist-a && -d $shared/nir-paper ]] ||
  { echo "chips-recordings: not checked: SFCONV_SHARED names no folder with the recordings" >&2; exit 2; }
output=${OUTPUT:-chips-output}/recordings
sfconv=${SFCONV:-.build/release/sfconv}
vendors=${SFCONV_ENVIRONMENTS:-.build-vendors}
[[ -x $sfconv ]] || swift build -c release --product sfconv
[[ -x $vendors/lava/bin/python ]] || Scripts/setup-vendors.sh lava
export PYTHONDONTWRITEBYTECODE=1
mkdir -p "$output"

steps=60 microseconds=5000 bits=3
data=(--data "$shared/nmnist-a" --event-step "$microseconds" --quiet)
"$sfconv" import "$shared/nir-paper/02_cnn/cnn_sinabs.nir" -o "$output/cnn.sfm" --read-out potential \
  --time-steps "$steps" --input-bits "$bits" --quiet
"$sfconv" fit "$output/cnn.sfm" -o "$output/fitted.sfm" --target loihi2 --unique-weights 16 --input-bits "$bits" \
  --batch 16 --epochs 1 --threads 1 "${data[@]}"
"$sfconv" export "$output/fitted.sfm" -o "$output/model.sfb" --target loihi2 --native "$output/loihi" --quiet
"$sfconv" eval "$output/model.sfb" --threads 1 --predictions "$output/ours.csv" "${data[@]}"
"$vendors/lava/bin/python" Scripts/chips/nmnist.py "$shared/nmnist-a" "$steps" "$microseconds" "$bits" \
  "$output/events.npz"
"$vendors/lava/bin/python" Scripts/chips/on_lava.py "$output"/loihi/*.net "$output/events.npz" "${SAMPLES:-20}" \
  "$output/lava.csv"
python3 Scripts/chips/compare.py "$output/ours.csv" "$output/lava.csv"
