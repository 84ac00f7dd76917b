#!/usr/bin/env bash
# Fits in several processes (package trait MPI, docs/training.md "Several processes"): the same bytes as
# one process, whatever happens on the way. Installs Open MPI where it is missing; builds into a folder
# of its own, because a trait changes every Swift module.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

missing=()
for package in libopenmpi-dev openmpi-bin; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if ((${#missing[@]})); then
  echo "test-mpi: installing ${missing[*]}"
  as_root=()
  ((EUID == 0)) || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends "${missing[@]}" >/dev/null
fi

swift build -c release --traits MPI --product sfconv --scratch-path .build-mpi
sfconv=$(swift build -c release --traits MPI --scratch-path .build-mpi --show-bin-path)/sfconv

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# Containers test as root, and on fewer cores than processes.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
mpi=(mpirun --timeout 300 --oversubscribe --bind-to none)

fail() {
  echo "test-mpi: $1" >&2
  [[ ! -e diagnostics ]] || cat diagnostics >&2
  exit 1
}

# refused STATUS PATTERN COMMAND…: ends with that status and says that once, on any number of processes.
refused() {
  local status=$1 pattern=$2 found=0
  shift 2
  "$@" >output 2>diagnostics || found=$?
  ((found == status)) || fail "status $found instead of $status: $*"
  [[ $(grep -c "$pattern" diagnostics) == 1 ]] || fail "not told once: $pattern"
}

# The answer of a fit without its time, which also decides how wide the table is.
answer() { grep -v '^training' "$@" | tr -s ' -'; }

data=$root/Fixtures/onnx/digits/digits.npz
"$sfconv" import "$root/Fixtures/onnx/digits/conv.onnx" -o model.sfm >/dev/null
"$sfconv" convert model.sfm -o spiking.sfm --data "$data" --time-steps 4 --quiet >/dev/null
fit=("$sfconv" fit spiking.sfm --data "$data" --target loihi2 --batch 32 --quiet)

# Everything that a training step, an event of pruning or an evaluation may sum.
kinds=(
  "--epochs 2 --prune 0.3 --ema 0.99 --teacher $root/Fixtures/onnx/digits/conv.onnx --shift 1 --flips"
  "--epochs 2 --teacher self --tet --tet-squares 0.1 --rate-weight 0.1 --validation-share 0.2 --cutout 2"
  "--epochs 1 --full-precision --from-scratch --label-smoothing 0.1"
  "--epochs 1 --codebook cat-soft --budget synops=30000 --score taylor"
  "--epochs 1 --codebook post-hoc --batch 50 --train-samples 333"
)
for kind in "${kinds[@]}"; do
  read -ra options <<<"$kind"
  "${fit[@]}" -o one.sfm "${options[@]}" --threads 2 --log one.log >one.txt
  for processes in 2 3; do
    for threads in 1 2; do
      "${mpi[@]}" -np "$processes" "${fit[@]}" -o many.sfm "${options[@]}" --threads "$threads" \
        --log many.log >many.txt 2>diagnostics || fail "$processes processes failed: $kind"
      cmp one.sfm many.sfm || fail "$processes processes of $threads threads differ: $kind"
      # Rates and seconds apart, the reports and the answer are the same, and there once.
      diff <(sed 's/,"samplesPerSecond.*//' one.log) <(sed 's/,"samplesPerSecond.*//' many.log) ||
        fail "the logs differ: $kind"
      diff <(answer one.txt) <(sed 's/many.sfm/one.sfm/' many.txt | answer) ||
        fail "the answers differ: $kind"
      [[ ! -e many.sfm.checkpoint ]] || fail "a checkpoint was left behind"
    done
  done
done
echo "test-mpi: ${#kinds[@]} fits give the same bytes in 1, 2 and 3 processes of 1 and 2 threads"

# Ends one of the processes by a signal while they train, and goes on with another number of them.
read -ra options <<<"${kinds[0]}"
options+=(--epochs 12 --checkpoint-every 1)
rm many.sfm
"${fit[@]}" -o one.sfm "${options[@]}" --threads 2 >/dev/null
# interrupt PROCESSES SIGNAL WHICH: starts, signals one of them behind a checkpoint of this start.
interrupt() {
  touch stamp
  "${mpi[@]}" -np "$1" "${fit[@]}" -o many.sfm "${options[@]}" --threads 1 --resume \
    >/dev/null 2>diagnostics &
  local starter=$!
  for ((tries = 0; tries < 600; tries++)); do
    [[ ! many.sfm.checkpoint -nt stamp ]] || break
    sleep 0.1
  done
  local children
  read -ra children <<<"$(cat /proc/$starter/task/*/children | tr '\n' ' ')"
  ((${#children[@]} == $1)) || fail "${#children[@]} of $1 processes are there"
  kill "-$2" "${children[$3]}"
  status=0
  wait $starter || status=$?
  [[ -e many.sfm.checkpoint ]] || fail "no checkpoint after $2"
}
interrupt 2 KILL 1
((status != 0)) && [[ ! -e many.sfm ]] || fail "a killed process went unnoticed"
interrupt 3 KILL 0
((status != 0)) && [[ ! -e many.sfm ]] || fail "a killed process went unnoticed"
interrupt 2 TERM 1
((status == 1)) && [[ -e many.sfm ]] && [[ $(grep -c pipeline.interrupted diagnostics) == 1 ]] ||
  fail "a request to one process did not end both in good order (status $status)"
"${fit[@]}" -o many.sfm "${options[@]}" --threads 1 --resume >/dev/null 2>diagnostics ||
  fail "one process does not go on"
cmp one.sfm many.sfm || fail "after three interruptions the result is another one"
[[ ! -e many.sfm.checkpoint ]] || fail "a checkpoint was left behind"
echo "test-mpi: killed twice, stopped once, resumed by other numbers of processes: the same bytes"

# Refusals and errors: one message, the exit status of the error, nothing written, nobody waits.
options=(--epochs 1 --threads 1 -o no.sfm)
refused 64 'fit.unsuitable-processes' \
  "${mpi[@]}" -np 1 "${fit[@]}" "${options[@]}" : -np 1 "${fit[@]}" "${options[@]}" --seed 2
grep -q "option 'seed' is 1 in process 0 and 2 in process 1" diagnostics || fail "what differs is not named"
refused 64 'fit.unsuitable-processes' \
  "${mpi[@]}" -np 1 "${fit[@]}" "${options[@]}" : -np 1 "${fit[@]}" "${options[@]}" --train-samples 300
refused 64 'fit.unsuitable-processes' "${mpi[@]}" -np 9 "${fit[@]}" "${options[@]}"
refused 66 'data.not-found' "${mpi[@]}" -np 2 "${fit[@]}" "${options[@]}" --data no.npz
refused 66 'model.unreadable' \
  "${mpi[@]}" -np 1 "${fit[@]}" "${options[@]}" : -np 1 "$sfconv" fit no.sfm --data "$data" -o no.sfm
refused 74 'fit.unwritable-checkpoint' \
  "${mpi[@]}" -np 3 "${fit[@]}" "${options[@]}" --checkpoint "$folder/no/state" --checkpoint-every 3
refused 74 'model.unwritable' \
  "${mpi[@]}" -np 2 "${fit[@]}" "${options[@]}" -o "$folder/no/model.sfm" --checkpoint-every never
echo "no checkpoint" >damaged
refused 65 'fit.damaged-checkpoint' \
  "${mpi[@]}" -np 3 "${fit[@]}" "${options[@]}" --checkpoint damaged --resume
refused 64 '^error .fit.invalid-option' "${mpi[@]}" -np 2 "${fit[@]}" "${options[@]}" --lr 1e30
refused 64 'Unknown option' "${mpi[@]}" -np 2 "${fit[@]}" "${options[@]}" --nonsense
refused 64 'processes.unsuitable-work' "${mpi[@]}" -np 2 "$sfconv" eval one.sfm --data "$data"
[[ ! -e no.sfm && ! -e no.sfm.checkpoint ]] || fail "a refused fit has left files"
plain=$root/.build/release/sfconv
if [[ -x $plain ]] && ! ldd "$plain" | grep -q libmpi; then
  refused 64 'processes.unsupported' "${mpi[@]}" -np 2 "$plain" fit spiking.sfm --data "$data" -o no.sfm
fi
echo "test-mpi: different processes, errors of one and of all, and other work are refused"
