#!/usr/bin/env bash
# Runs networks of ours in the vendors' tools, compares what these compute with the integer simulator, and prints
# a table: target, networks, values compared, differences.
#
#   Scripts/test-vendors.sh [--skip-build]
#
# Environments stand in .build-vendors and are made where they are missing (Scripts/setup-vendors.sh);
# SFCONV_VENDORS (Lava), SFCONV_NIR, SFCONV_ONNX and SFCONV_XYLO name others that are ready: DIR/bin/python.
# Exit codes: 0 all rows checked without a difference; 1 a difference or another failure; 2 a row is "not checked".
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A variables=([lava]=SFCONV_VENDORS [nir]=SFCONV_NIR [onnx]=SFCONV_ONNX [xylo]=SFCONV_XYLO)
for name in lava nir onnx xylo; do
  variable=${variables[$name]}
  if [[ -z "${!variable:-}" ]]; then
    if Scripts/setup-vendors.sh "$name"; then
      export "$variable=$PWD/.build-vendors/$name"
    else
      echo "test-vendors: there is no environment for $name, its rows will not be checked" >&2
    fi
  fi
done

[[ "${1:-}" == --skip-build ]] || swift build -c release --build-tests
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
swift test -c release --skip-build \
  --filter 'SpikeExportTests\.(Lava|NIR|ONNX|Xylo|Speck|C)EqualityTests' 2>&1 | tee "$log" | grep -v '^[◇↳]' || status=1

rows=(Lava 'portable C' ONNX Xylo Speck)
for reader in norse snntorch spikingjelly sinabs rockpool; do rows+=("NIR in $reader"); done
missing=0
echo
printf '%-20s %10s %16s %13s\n' target networks 'values compared' differences
for row in "${rows[@]}"; do
  line=$(grep -m 1 "^$row: .*networks.* compared, [0-9]* differences" "$log" || true)
  if [[ -z $line ]]; then
    printf '%-20s %10s\n' "$row" 'not checked'
    missing=1
    continue
  fi
  networks=$(sed -E 's/.* ([0-9]+) networks.*/\1/' <<<"$line")
  values=$(sed -E 's/.* ([0-9]+) values compared.*/\1/' <<<"$line")
  differences=$(sed -E 's/.* ([0-9]+) differences.*/\1/' <<<"$line")
  printf '%-20s %10s %16s %13s\n' "$row" "$networks" "$values" "$differences"
  ((differences == 0)) || status=1
done
grep '^NIR with leaks in ' "$log" | sed 's/^/by rounding: /' || true
((status == 0)) || { echo "test-vendors: there are failures, see above" >&2; exit 1; }
((missing == 0)) || { echo "test-vendors: not everything was checked" >&2; exit 2; }
