#!/usr/bin/env bash
# Takes Fashion-MNIST networks in sizes that chips hold the whole way, runs the exported files in the vendors' tools on
# test images, and compares every prediction and read-out with `sfconv eval`. Prints the table of docs/targets.md.
#
#   Scripts/chips.sh [TARGET…]      loihi2 loihi2-cnn c onnx nir xylo-audio3 tinyodin odin ranc speck2f; without: all
#   SAMPLES=200 Scripts/chips.sh    compare at most so many test images of every target
#   OUTPUT=DIR Scripts/chips.sh     where everything is kept (default: chips-output)
#
# Needs Debian's dataset-fashion-mnist, a release build (made where it is missing) and the environments of
# Scripts/setup-vendors.sh. Networks are trained from scratch, with one thread; delete their folders to train anew.
# Exit status: 0 all is equal; 1 a difference or another failure; 2 a target was not checked.
set -euo pipefail
cd "$(dirname "$0")/.."

output=${OUTPUT:-chips-output}
sfconv=${SFCONV:-.build/release/sfconv}
vendors=${SFCONV_ENVIRONMENTS:-.build-vendors}
targets=("$@")
((${#targets[@]})) || targets=(loihi2 loihi2-cnn c onnx nir xylo-audio3 tinyodin odin ranc speck2f)
[[ -x $sfconv ]] || swift build -c release --product sfconv
mkdir -p "$output"
log=$output/log.txt
: >"$log"

# Network, chip, side of the images, gain of the pixels, widths of the layers or an ONNX file, bits of the input, time
# steps, epochs from scratch (0: the file is trained), epochs and learning rate of the fit, test images that are
# executed, how the row says who executed them. Rows with one network share its fit.
declare -A rows=(
  [loihi2]='dense loihi2 14 1 128x64 4 4 3 3 0.02 100 Lava'
  [loihi2-cnn]='cnn loihi2 28 1 Fixtures/onnx/fashion-cnn/model.onnx 4 4 0 1 0.02 50 Lava'
  [c]='c c 14 1 128x64 4 4 3 3 0.02 10000 gcc'
  [onnx]='dense loihi2 14 1 128x64 4 4 3 3 0.02 10000 ONNX Runtime'
  [nir]='dense loihi2 14 1 128x64 4 4 3 3 0.02 50 norse, snntorch, spikingjelly'
  [xylo-audio3]='xylo xylo-audio3 4 1 128x64 4 4 3 3 0.02 10000 xylosim'
  [tinyodin]='tinyodin tinyodin 10 2.6667 80x64 1 4 3 3 0.02 2000 our reading of the files, not the RTL'
  [odin]='odin odin 8 2.6667 48 1 2 3 5 0.01 2000 our reading of the files, not the RTL'
  [ranc]='ranc ranc 8 2.6667 128 1 4 3 3 0.02 10000 our reading of the files, not RANC'
  [speck2f]='speck speck2f 14 2.6667 128x64 1 4 3 3 0.02 2000 sinabs on frames, not the driver, not the chip'
)

python() { # python ENVIRONMENT SCRIPT ARGUMENTS…
  local name=$1
  shift
  PYTHONDONTWRITEBYTECODE=1 "$vendors/$name/bin/python" "Scripts/chips/$@"
}

# A trained bundle in $output/NAME, made once.
fit() {
  local name=$1 chip=$2 side=$3 gain=$4 widths=$5 bits=$6 steps=$7 scratch=$8 epochs=$9 rate=${10}
  local folder=$output/$name data=$output/fashion-$side-$gain.npz
  [[ -f $data ]] || python onnx make.py data "$side" "$data" --gain "$gain"
  [[ -f $folder/model.sfb ]] && return
  mkdir -p "$folder"
  local options=(--data "$data" --threads 1 --quiet) network=$widths start=$folder/spiking.sfm more=()
  if ((scratch)); then
    network=$folder/network.onnx
    python onnx make.py network "$side" "$widths" "$network"
  fi
  "$sfconv" import "$network" -o "$folder/network.sfm" --quiet
  "$sfconv" convert "$folder/network.sfm" -o "$start" --time-steps "$steps" --test-samples 100 "${options[@]}"
  if ((scratch)); then
    start=$folder/trained.sfm
    "$sfconv" fit "$folder/spiking.sfm" -o "$start" --target neutral --full-precision --from-scratch \
      --input-bits "$bits" --epochs "$scratch" "${options[@]}"
  else
    more=(--prune 0.5 --train-samples 12000)
  fi
  "$sfconv" fit "$start" -o "$folder/fitted.sfm" --target "$chip" --input-bits "$bits" --epochs "$epochs" \
    --learning-rate "$rate" "${options[@]}" "${more[@]}"
  "$sfconv" export "$folder/fitted.sfm" -o "$folder/model.sfb" --target "$chip" --quiet
}

# Runs the files of a target: one CSV of answers for every tool. Returns 2 where the tool is not there.
execute() {
  local target=$1 folder=$2 chip=$3 data=$4 count=$5 native=$2/native-$1 notes
  rm -rf "$native"
  local export=("$sfconv" export "$folder/fitted.sfm" -o "$folder/again.sfb" --target "$chip" --native "$native")
  export+=(--quiet)
  case $target in
    loihi2 | loihi2-cnn)
      environment lava && "${export[@]}" &&
        python lava on_lava.py "$native"/*.net "$data" "$count" "$folder/lava.csv" ;;
    c) environment onnx && "${export[@]}" && python onnx on_c.py "$native"/*.c "$data" "$count" "$folder/gcc.csv" ;;
    onnx)
      environment onnx && "${export[@]}" --format onnx --trace &&
        python onnx on_onnx.py "$native"/*.onnx "$data" "$count" "$folder/onnx.csv" ;;
    nir)
      environment nir || return 2
      for reader in norse snntorch spikingjelly; do
        "${export[@]}" --format nir --dialect "$reader" &&
          python nir on_nir.py "$reader" "$native"/*.nir "$data" "$count" "$folder/nir-$reader.csv" || return 1
      done ;;
    xylo-audio3)
      notes=$("$sfconv" inspect "$folder/model.sfb" --json | grep -o '"timeSteps":[0-9]*' | grep -o '[0-9]*')
      environment xylo && "${export[@]}" &&
        python xylo on_xylo.py "$chip" "$native"/*.npz 4 "$notes" "$data" "$count" "$folder/xylosim.csv" ;;
    tinyodin | odin)
      environment onnx && "${export[@]}" &&
        python onnx on_odin.py "$target" "$native" "$data" "$count" "$folder/read.csv" ;;
    ranc) environment onnx && "${export[@]}" && python onnx on_ranc.py "$native" "$data" "$count" "$folder/read.csv" ;;
    speck2f)
      environment nir && "${export[@]}" && python nir on_speck2f.py "$native" "$data" "$count" "$folder/sinabs.csv" ;;
  esac
}

environment() {
  [[ -x $vendors/$1/bin/python ]] || Scripts/setup-vendors.sh "$1" >>"$log" 2>&1 || return 2
}

number() { # number KEY: a figure of JSON on standard input
  grep -o "\"$1\":[0-9]*" | head -1 | grep -o '[0-9]*$'
}

echo '| target | input | neurons | cores | unique weights | bundle, bytes | fitted model | accuracy | executed by |'\
  'accuracy there, sfconv on the same | predictions equal |'
echo '|---|---|--:|--:|--:|--:|--:|--:|---|--:|--:|'
status=0
for target in "${targets[@]}"; do
  [[ -n ${rows[$target]:-} ]] || { echo "chips: there is no target '$target'; known are: ${!rows[*]}" >&2; exit 64; }
  read -r network chip side gain widths bits steps scratch epochs rate count tool <<<"${rows[$target]}"
  if ((${SAMPLES:-$count} < count)); then count=$SAMPLES; fi
  folder=$output/$network
  data=$output/fashion-$side-$gain.npz
  fit "$network" "$chip" "$side" "$gain" "$widths" "$bits" "$steps" "$scratch" "$epochs" "$rate" >>"$log" 2>&1 ||
    { echo "chips: $target: the fit failed, see $log" >&2; tail -5 "$log" >&2; status=1; continue; }
  [[ -f $folder/ours.csv ]] ||
    "$sfconv" eval "$folder/model.sfb" --data "$data" --threads 1 --predictions "$folder/ours.csv" --quiet >>"$log" 2>&1
  [[ -f $folder/fitted.json ]] ||
    "$sfconv" eval "$folder/fitted.sfm" --data "$data" --threads 1 --json --quiet >"$folder/fitted.json" 2>>"$log"
  code=0
  find "$folder" -maxdepth 1 -name '*.csv' ! -name ours.csv -delete
  execute "$target" "$folder" "$chip" "$data" "$count" >>"$log" 2>&1 || code=$?
  if ((code == 2)); then
    echo "| \`$target\` | not checked | | | | | | | | | |"
    ((status)) || status=2
    continue
  fi
  ((code == 0)) || { echo "chips: $target: $tool failed, see $log" >&2; tail -5 "$log" >&2; status=1; continue; }
  comparison=
  for answers in "$folder"/*.csv; do
    [[ $answers == */ours.csv ]] && continue
    unit=1
    [[ $target == nir ]] && unit=64
    comparison=$(python3 Scripts/chips/compare.py "$folder/ours.csv" "$answers" "$unit") || status=1
    echo "$target, $(basename "$answers" .csv): $comparison" | tee -a "$log" >&2
  done
  accuracy=$(sed -E 's/.*: ([0-9.]+ %)$/\1/' <<<"$comparison")
  there=$(sed -E 's/^accuracy ([0-9.]+ %) \(sfconv ([0-9.]+ %)\).*/\1, \2/' <<<"$comparison")
  equal=$(sed -E 's/.*, ([0-9]+ of [0-9]+) predictions equal.*/\1/' <<<"$comparison")
  figures=$("$sfconv" validate "$folder/model.sfb" --target "$chip" --json 2>>"$log") || true
  bytes=$(wc -c <"$folder/model.sfb")
  fitted=$(awk -v c="$(number correct <"$folder/fitted.json")" -v n="$(number samples <"$folder/fitted.json")" \
    'BEGIN { printf "%.2f %%", 100 * c / n }')
  cores=–
  case $target in
    loihi2 | loihi2-cnn) cores="≥ $(number coresAtLeast <<<"$figures")" ;;
    ranc) cores=$(sed -nE 's/^([0-9]+) cores$/\1/p' "$log" | tail -1) ;;
    speck2f) cores=$(sed -nE 's/.*"layer2core_map": (.*)/\1/p' "$folder/native-$target"/*.json | grep -o : | wc -l) ;;
    xylo-* | tinyodin | odin) cores=1 ;;
  esac
  echo "| \`$target\` | ${side}x${side}, $bits bit$( ((bits == 1)) || echo s) |" \
    "$(number neurons <<<"$figures") | $cores | $(number largestCodebook <<<"$figures") | $bytes | $fitted | $accuracy | $tool | $there | $equal |"
done
exit "$status"
