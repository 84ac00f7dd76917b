#!/usr/bin/env bash
# Sets up the vendors' tools that the optional tests run, each in a Python environment of its own.
#
#   Scripts/setup-vendors.sh [NAME…]           lava, nir, onnx, xylo; without a name all
#   PYTHON=python3.11 Scripts/setup-vendors.sh another Python (3.11 or 3.12: these have wheels for every pin)
#
# Environments stand in .build-vendors/NAME and hold what Scripts/vendors/requirements-NAME.txt pins. nir, which also
# serves the checks of Speck, needs PyTorch: on Debian 12 as root the package python3-torch (for CPUs, 140 MB to
# download), elsewhere from PyPI (on Linux with CUDA, gigabytes). Run again, it does nothing when an environment is complete.
# Exit codes: 0 ready; 3 PyPI cannot be reached; 1 anything else.
set -euo pipefail
cd "$(dirname "$0")/.."

names=("$@")
((${#names[@]})) || names=(lava nir onnx xylo)

fail() {
  echo "setup-vendors: $1" >&2
  exit "${2:-1}"
}

# What pip and urllib3 print when no connection comes about (as against a package that does not exist).
unreachable='NewConnectionError|ConnectTimeout|Connection(Error| refused| reset| aborted| broken)|ProxyError'
unreachable+='|Read timed out|Temporary failure in name resolution|Name or service not known'
unreachable+='|Network is unreachable|No route to host|SSLError'

# install DIRECTORY ARGUMENTS…: pip without dependencies, every version being pinned.
install() {
  local directory=$1 log
  shift
  if log="$("$directory/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
      --retries 1 --timeout 60 --ignore-requires-python --no-deps "$@" 2>&1)"; then
    return 0
  fi
  if grep -qiE "$unreachable" <<<"$log"; then fail "PyPI cannot be reached" 3; fi
  fail "pip failed: $(grep '^ERROR' <<<"$log" | tail -n 1 | cut -c 1-200)"
}

# Debian's PyTorch for CPUs, where this is Debian 12 and it is installed or can be.
debian_torch() {
  [[ -z "${PYTHON:-}" && -x /usr/bin/python3 ]] || return 1
  grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release || return 1
  if ! dpkg-query -W -f '${Status}' python3-torch 2>/dev/null | grep -q 'ok installed'; then
    ((EUID == 0)) || return 1
    echo "nir: installing Debian's python3-torch"
    apt-get update -qq && env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
      --no-install-recommends python3-torch >/dev/null || return 1
  fi
}

set_up() {
  local name=$1 imports=$2 directory=.build-vendors/$1 requirements=Scripts/vendors/requirements-$1.txt
  local python=${PYTHON:-python3} options=() torch=none
  if [[ $name == nir ]]; then
    torch=pypi
    if debian_torch; then
      torch=debian
      python=/usr/bin/python3
      options=(--system-site-packages)
    fi
  fi
  local stamp=$directory/.sfconv-vendors wanted
  wanted="$(grep -v '^#' "$requirements") torch: $torch"
  if [[ -x $directory/bin/python && -f $stamp && "$(cat "$stamp")" == "$wanted" ]]; then
    echo "$name: $directory is ready, nothing to do"
    return
  fi
  "$python" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null ||
    fail "$python is not Python 3.11 or 3.12 (set PYTHON to one)"
  echo "$name: installing $(grep -vc '^#' "$requirements") packages from PyPI into $directory (torch: $torch)"
  rm -rf "$directory"
  mkdir -p "$directory"
  "$python" -m venv "${options[@]}" "$directory" ||
    fail "$python cannot make a virtual environment (Debian: apt install python3-venv)"
  if [[ $torch == pypi ]]; then install_torch "$directory"; fi
  install "$directory" -r "$requirements"
  "$directory/bin/python" -c "import $imports" 2>/dev/null ||
    fail "the packages of $name were installed but do not import"
  printf '%s\n' "$wanted" >"$stamp"
}

# PyTorch with what it needs, which its wheels know best.
install_torch() {
  local log
  if ! log="$("$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --retries 1 \
      --timeout 60 -r Scripts/vendors/requirements-torch.txt 2>&1)"; then
    if grep -qiE "$unreachable" <<<"$log"; then fail "PyPI cannot be reached" 3; fi
    fail "pip failed: $(grep '^ERROR' <<<"$log" | tail -n 1 | cut -c 1-200)"
  fi
}

for name in "${names[@]}"; do
  case $name in
    lava) set_up lava 'h5py, matplotlib, networkx, numpy, scipy, sklearn' ;;
    nir) set_up nir 'nir, nirtorch, torch, snntorch, sinabs, rockpool.nn.modules, spikingjelly' ;;
    onnx) set_up onnx 'numpy, onnx, onnxruntime' ;;
    xylo) set_up xylo 'numpy, scipy, xylosim' ;;
    *) fail "there is no environment '$name'; known are: lava, nir, onnx, xylo" ;;
  esac
done
