#!/usr/bin/env bash
# The main job on a fresh machine: installs what is missing, builds, and takes a CNN that PyTorch
# trained on Fashion-MNIST from its ONNX file to a validated bundle for Loihi 2.
# Results stay in ./demo-output (or the folder given as first argument).
set -euo pipefail
cd "$(dirname "$0")/.."

output=${1:-demo-output}
Scripts/bootstrap.sh
echo "demo: building (release)"
swift build -c release --product sfconv
sfconv="$(swift build -c release --show-bin-path)/sfconv"

echo "demo: ONNX → spikes → 4 unique weights per layer, half of the channels → Loihi 2"
"$sfconv" deploy Fixtures/onnx/fashion-cnn/model.onnx \
  --target loihi2 --data fashion-mnist -o "$output" \
  --time-steps 4 --unique-weights 4 --prune 0.5 --compare-unpruned

echo
"$sfconv" validate "$output/model.sfb" --target loihi2
