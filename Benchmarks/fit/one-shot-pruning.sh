#!/usr/bin/env bash
# One-shot removal of channels by every score, without any training afterwards (docs/pruning.md).
set -euo pipefail
cd "$(dirname "$0")/../.."
sfconv=${SFCONV:-.build/release/sfconv}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$sfconv" import Fixtures/onnx/fashion-cnn/model.onnx -o "$folder/model.sfm" -q >/dev/null
"$sfconv" convert "$folder/model.sfm" -o "$folder/spiking.sfm" --data fashion-mnist \
  --test-samples 2000 -q >/dev/null
"$sfconv" fit "$folder/spiking.sfm" -o "$folder/trained.sfm" --target neutral --data fashion-mnist \
  --epochs 1 --train-samples 12000 --test-samples 2000 --full-precision -q | grep accuracy

for score in ${SCORES:-fsc-c fsc-kc fsc-n fsc-t fsc-k taylor svs l1 rate random}; do
  for share in 0.5 0.7; do
    echo "== $score $share"
    "$sfconv" fit "$folder/trained.sfm" -o "$folder/pruned.sfm" --target neutral \
      --data fashion-mnist --epochs 0 --one-shot --crowding 0 --test-samples 2000 --prune "$share" \
      --score "$score" -q "$@" | grep -E "before integers|channels of|effective MACs"
  done
done
