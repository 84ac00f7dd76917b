#!/usr/bin/env bash
# What a fit without labels learns from 300 unlabelled samples (docs/pruning.md).
set -euo pipefail
cd "$(dirname "$0")/../.."
sfconv=${SFCONV:-.build/release/sfconv}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fixtures=Fixtures/onnx/digits

"$sfconv" import $fixtures/conv.onnx -o "$folder/ann.sfm" -q >/dev/null
"$sfconv" convert "$folder/ann.sfm" -o "$folder/spiking.sfm" --data $fixtures/digits.npz -q >/dev/null
for choice in "--distill-share 0" "" "--distill-share 0.7" "--teacher $fixtures/conv.onnx" \
  "--teacher $fixtures/conv.onnx --distill-share 0.7" \
  "--teacher $fixtures/conv.onnx --distill-temperature 4"; do
  for seed in 1 2 3 4 5 6; do
    printf '%s, seed %s: ' "${choice:-default}" $seed
    # shellcheck disable=SC2086 # Options are words.
    "$sfconv" fit "$folder/spiking.sfm" -o "$folder/fitted.sfm" --target loihi2 -M 4 --seed $seed \
      --data $fixtures/digits.npz --data-free --samples 300 --epochs 15 -q $choice \
      --checkpoint-every never 2>/dev/null | grep 'accuracy in integers'
  done
done
