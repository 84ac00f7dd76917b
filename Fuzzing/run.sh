#!/usr/bin/env bash
# Fuzzes the readers of sfconv with libFuzzer, one after the other.
#
# usage: run.sh [READER…] [--seconds N]    without a reader all of them; default 60 s for each
#   LENGTH=65536   most bytes of an input
#   MEMORY=2048    MB of memory that a reader may take
#   TIMEOUT=25     seconds that an input may take
#   RESULTS=FILE   a line for each reader is appended: seconds, inputs, coverage, findings
#
# Corpora grow in .build-corpus/READER, findings lie in .build-findings/READER. Try one again with
# `.build-readers/READER FILE`. Exit codes: 0 nothing was found; 1 something was, or it does not build.
set -euo pipefail
cd "$(dirname "$0")"
seconds=60
chosen=()
while (($#)); do
  case $1 in
    --seconds) seconds=${2:?} && shift 2 ;;
    -*) echo "run.sh: '$1' is no option" >&2 && exit 64 ;;
    *) chosen+=("$1") && shift ;;
  esac
done

# The seeds of each reader, from the fixtures of the repository.
declare -A seeds=(
  [onnx]='-name *.onnx' [tflite]='-name *.tflite' [keras]='-path *keras/* -name *.[hk]*'
  [nir]='-path *nir/* -name *.nir' [netx]='-name *.net' [hdf5]='-name *.h5 -o -name *.nir'
  [safetensors]='-name *.safetensors' [npz]='-name *.npz' [torch]='-name *.pt -o -name *.pth'
  [model]='-name *.sfm' [bundle]='-name *.sfb' [spec]='-path *hardware/*.json'
  [png]='-name *.png' [jpeg]='-name *.jp*g' [idx]='-name *-ubyte' [arrays]='-name *.npz'
  [events-bin]='-name *.bin' [events-aedat]='-name *.aedat' [events-aedat4]='-name *.aedat4'
  [events-raw]='-name *.raw' [events-dat]='-name *.dat' [events-es]='-name *.es'
  [spikes]='-path *data/* -name *.h5' [wav]='-name *.wav'
)
if ((${#chosen[@]} == 0)); then mapfile -t chosen < <(printf '%s\n' "${!seeds[@]}" | sort); fi
for reader in "${chosen[@]}"; do
  [[ -n ${seeds[$reader]:-} ]] || { echo "run.sh: '$reader' is no reader" >&2 && exit 64; }
done

swift build -c release --sanitize fuzzer --product Fuzz
program=$(swift build -c release --sanitize fuzzer --show-bin-path)/Fuzz
mkdir -p .build-readers .build-made

# Formats of which the repository keeps no file.
printf '\0\0\10\3\0\0\0\2\0\0\0\2\0\0\0\1abcd' >.build-made/images-ubyte
printf '\0\0\10\1\0\0\0\2\0\1' >.build-made/labels-ubyte
gzip -nc .build-made/images-ubyte >.build-made/packed-ubyte
printf '\1\2\200\0\20\3\4\0\0\40' >.build-made/two.bin
if [[ " ${chosen[*]} " == *' model '* ]] && ! ls .build-made/*.sfm >/dev/null 2>&1; then
  for network in ../Fixtures/onnx/digits/*.onnx; do
    swift run -c release --package-path .. sfconv import "$network" \
      -o ".build-made/$(basename "$network" .onnx).sfm" >/dev/null
  done
fi

export SWIFT_BACKTRACE=enable=no
failed=0
for reader in "${chosen[@]}"; do
  corpus=.build-corpus/$reader findings=.build-findings/$reader
  mkdir -p "$corpus" "$findings"
  ln -sf "$program" ".build-readers/$reader"
  set -f
  expression=(${seeds[$reader]})
  set +f
  # Named by their contents, as libFuzzer names its own.
  find ../Fixtures ../Schemas .build-made -type f -size "-$((${LENGTH:-65536} + 1))c" \
    \( "${expression[@]}" \) -print0 |
    while IFS= read -r -d '' seed; do cp "$seed" "$corpus/$(sha1sum <"$seed" | cut -c 1-40)"; done
  seeded=$(find "$corpus" -type f | wc -l)
  status=0
  ".build-readers/$reader" "$corpus" -max_total_time="$seconds" -max_len="${LENGTH:-65536}" \
    -timeout="${TIMEOUT:-25}" -rss_limit_mb="${MEMORY:-2048}" -artifact_prefix="$findings/" \
    -print_final_stats=1 -close_fd_mask=1 >"$findings/log" 2>&1 || status=$?
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$findings/log")
  coverage=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$findings/log" | tail -n 1)
  found=$(find "$findings" -type f ! -name log | wc -l)
  line="$reader: $seconds s, $seeded seeds, ${runs:-no} inputs, ${coverage:-no} edges, $found findings, exit $status"
  echo "$line" | tee -a "${RESULTS:-/dev/null}"
  if ((status)); then
    failed=1
    grep -m 1 -E '^==[0-9]+== ?ERROR|Fatal error' "$findings/log" >&2 || true
  fi
done
exit "$failed"
