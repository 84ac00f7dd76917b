#!/usr/bin/env bash
# Times how sfconv and onnx read a model of 1 GB, and one with 3 GiB of external data, in turn, and
# writes results/import.md.
#
# usage: run-import.sh [ROUNDS]   default 5
#   PYTHON=FILE        Python with onnx and numpy (default: Scripts/setup-vendors.sh onnx makes one)
#   MODELS=DIRECTORY   where the models are (default .build-models, 4.3 GB, made on first use)
#   CASES="one-file external"
#   KEEP=1             leaves the models there; else those that were made are deleted
set -euo pipefail
cd "$(dirname "$0")"
rounds=${1:-5}
models=${MODELS:-.build-models}
python=${PYTHON:-../.build-vendors/onnx/bin/python}

[[ -x $python ]] || ../Scripts/setup-vendors.sh onnx
(cd .. && swift build -c release --product sfconv)
sfconv=$(cd .. && swift build -c release --show-bin-path)/sfconv
mkdir -p results "$models"
made=()
clean() {
  ((${KEEP:-0})) && return
  for name in "${made[@]}"; do rm -f "$models/$name".{onnx,bin}; done
}
trap clean EXIT
for name in ${CASES:-one-file external}; do
  [[ -f $models/$name.onnx ]] && continue
  made+=("$name")
  "$python" peers/import_models.py "$models" "$name" >&2
done
: >results/import.jsonl
"$python" peers/import_times.py run "$sfconv" "$models" "$rounds" results/import.jsonl
"$python" peers/import_times.py table results/import.jsonl >results/import.md.part
mv results/import.md.part results/import.md
cat results/import.md
