#!/bin/bash
# Kills a fit with SIGKILL at random moments, resumes it until it ends, and compares the model with
# that of an uninterrupted run, byte for byte. The long form of the test "A fit that is killed …".
#
#   Scripts/kill-and-resume.sh [KILLS] [SEED]      (20 kills, seed 1)
#
# Needs: swift build -c release --product sfconv, and the Fashion-MNIST data set. Other programs and
# data: SFCONV=…, DATA=… (what --data takes), SAMPLES=… (training samples, 3072); more options of fit:
# MORE="--codebook dkm --budget synops=1e5".
set -euo pipefail
kills=${1:-20}
RANDOM=${2:-1}
root=$(cd "$(dirname "$0")/.." && pwd)
sfconv=${SFCONV:-$root/.build/release/sfconv}
data=${DATA:-fashion-mnist}
samples=${SAMPLES:-3072}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

"$sfconv" import "$root/Fixtures/onnx/fashion-cnn/model.onnx" -o model.sfm >/dev/null
"$sfconv" convert model.sfm -o spiking.sfm --data "$data" --time-steps 2 \
  --train-samples 128 --test-samples 32 --quiet >/dev/null
options=(--data "$data" --target loihi2 --train-samples "$samples" --test-samples 64 --epochs 2
  --batch 32 --prune 0.3 --ema 0.99 --teacher self --shift 1 --flips --quiet)
read -ra more <<<"${MORE:-}"
options+=("${more[@]}")

began=$(date +%s%N)
"$sfconv" fit spiking.sfm -o whole.sfm "${options[@]}" --checkpoint-every never >/dev/null
milliseconds=$((($(date +%s%N) - began) / 1000000))
echo "an uninterrupted run takes $milliseconds ms"

done_kills=0
runs=0
while ((done_kills < kills)); do
  rm -f part.sfm part.sfm.checkpoint log.jsonl
  while :; do
    "$sfconv" fit spiking.sfm -o part.sfm "${options[@]}" --checkpoint-every 1 --resume \
      --log log.jsonl >/dev/null &
    process=$!
    if ((done_kills < kills)); then
      pause=$((RANDOM % (milliseconds * 8 / 10 + 1)))
      sleep "$(printf '%d.%03d' $((pause / 1000)) $((pause % 1000)))"
      if kill -KILL $process 2>/dev/null; then
        wait $process 2>/dev/null || true
        done_kills=$((done_kills + 1))
        echo "kill $done_kills after $pause ms"
        continue
      fi
    fi
    wait $process
    break
  done
  cmp whole.sfm part.sfm
  [ ! -e part.sfm.checkpoint ] || { echo "the checkpoint was left behind"; exit 1; }
  runs=$((runs + 1))
done
echo "$runs runs, $done_kills kills: the same bytes"
