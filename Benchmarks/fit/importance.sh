#!/usr/bin/env bash
# Codebooks placed by the Fisher information of weights against none (docs/fit.md).
set -euo pipefail
cd "$(dirname "$0")/../.."
sfconv=${SFCONV:-.build/release/sfconv}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

row() { # network, data, epochs, more options
  for count in 2 4; do
    for seed in 1 2; do
      for importance in none fisher; do
        printf '%s M=%s seed %s %s: ' "$1" $count $seed $importance
        "$sfconv" fit "$folder/$1.sfm" -o "$folder/fitted.sfm" --data "$2" --epochs "$3" -M $count \
          --seed $seed --importance $importance --target Benchmarks/fit/reference-chip.json -q \
          --checkpoint-every never "${@:4}" | grep 'accuracy in integers'
      done
    done
  done
}

for network in conv dense; do
  "$sfconv" import Fixtures/onnx/digits/$network.onnx -o "$folder/ann.sfm" -q >/dev/null
  "$sfconv" convert "$folder/ann.sfm" -o "$folder/$network.sfm" \
    --data Fixtures/onnx/digits/digits.npz -q >/dev/null
  row $network Fixtures/onnx/digits/digits.npz 10
done
"$sfconv" import Fixtures/onnx/fashion-cnn/model.onnx -o "$folder/ann.sfm" -q >/dev/null
"$sfconv" convert "$folder/ann.sfm" -o "$folder/fashion-cnn.sfm" --data fashion-mnist \
  --test-samples 1000 -q >/dev/null
row fashion-cnn fashion-mnist 1 --train-samples 6000 --test-samples 5000
