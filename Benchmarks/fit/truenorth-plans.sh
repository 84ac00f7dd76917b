#!/usr/bin/env bash
# Plans for TrueNorth after training: one number of unique weights against numbers by layer, on dense
# networks of several widths (docs/fit-to-a-chip.md).
#
#   Benchmarks/fit/truenorth-plans.sh FOLDER
#
# FOLDER holds dense-*.onnx made by Fixtures/onnx/digits/make.py with
# --widths 80x56,96x96,160x112,224x160,240x64,64x160.
set -euo pipefail
networks=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
sfconv=${SFCONV:-.build/release/sfconv}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fixtures=Fixtures/onnx/digits

for file in $fixtures/dense.onnx $fixtures/dense16.onnx "$networks"/dense-*.onnx; do
  name=$(basename "$file" .onnx)
  data=$fixtures/digits.npz
  if [ "$name" = dense16 ]; then data=$fixtures/digits-4x4.npz; fi
  "$sfconv" import "$file" -o "$folder/ann.sfm" -q >/dev/null
  "$sfconv" convert "$folder/ann.sfm" -o "$folder/spiking.sfm" --data "$data" -q >/dev/null
  for choice in "-M 2" "-M 3" "-M 4" "-M 4,2,4" ""; do
    for seed in 1 2 3; do
      # shellcheck disable=SC2086 # Options are words.
      "$sfconv" fit "$folder/spiking.sfm" -o "$folder/fitted.sfm" --data "$data" --target truenorth \
        --epochs 40 --seed $seed --checkpoint-every never -q $choice >"$folder/text"
      echo "$name, ${choice:-planned}, seed $seed: $(grep 'accuracy in integers' "$folder/text")" \
        "$(grep -o '^channels of .* [0-9]* → [0-9]*$' "$folder/text" | grep -o '[0-9]* → [0-9]*$' | tr '\n' ' ')"
    done
  done
done
