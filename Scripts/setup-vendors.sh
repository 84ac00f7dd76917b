#!/usr/bin/env bash
# Sets up the vendor simulators that the optional tests run. One environment so far: Intel's Lava.
#
#   Scripts/setup-vendors.sh [DIRECTORY]        default: .build-vendors/lava
#   PYTHON=python3.11 Scripts/setup-vendors.sh  another Python (3.11 or 3.12: these have wheels for every pin)
#
# Run again, it does nothing when the environment is complete. Nothing outside DIRECTORY is changed.
# Exit codes: 0 ready; 3 PyPI cannot be reached; 1 anything else.
set -euo pipefail

directory="${1:-.build-vendors/lava}"
python="${PYTHON:-python3}"

# lava-nc and lava-dl declare Python < 3.11 and dependencies (torch, opencv, ...) that netx does not use,
# hence --ignore-requires-python --no-deps for these two.
vendor=(lava-nc==0.10.0 lava-dl==0.6.0)
needed=(
  numpy==1.26.4 scipy==1.17.1 h5py==3.16.0 networkx==2.8.7 asteval==0.9.33 scikit-learn==1.9.1
  matplotlib==3.11.2 pillow==13.0.0 cloudpickle==3.1.2 contourpy==1.3.3 cycler==0.12.1 fonttools==4.68.0 joblib==1.6.0
  kiwisolver==1.5.1 narwhals==2.29.0 packaging==26.3 pyparsing==3.3.3 python-dateutil==4.0.0 threadpoolctl==3.8.0
  tzdata==2026.6
)
stamp="$directory/.sfconv-vendors"
wanted="$(printf '%s\n' "${vendor[@]}" "${needed[@]}")"

if [[ -x "$directory/bin/python" && -f "$stamp" && "$(cat "$stamp")" == "$wanted" ]]; then
  echo "lava: $directory is ready, nothing to do"
  exit 0
fi

if ! "$python" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null; then
  echo "setup-vendors: $python is not Python 3.11 or 3.12 (set PYTHON to one)" >&2
  exit 1
fi
echo "lava: installing ${vendor[*]} and ${#needed[@]} more packages from PyPI into $directory"
mkdir -p "$directory"
rm -f "$stamp"
"$python" -m venv "$directory" || {
  echo "setup-vendors: $python cannot make a virtual environment (Debian: apt install python3-venv)" >&2
  exit 1
}

# What pip and urllib3 print when no connection comes about (as against a package that does not exist).
unreachable='NewConnectionError|ConnectTimeout|Connection(Error| refused| reset| aborted| broken)|ProxyError'
unreachable+='|Read timed out|Temporary failure in name resolution|Name or service not known'
unreachable+='|Network is unreachable|No route to host|SSLError'

install() {
  local log
  if log="$("$directory/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
      --retries 1 --timeout 20 --no-deps "$@" 2>&1)"; then
    return 0
  fi
  if grep -qiE "$unreachable" <<<"$log"; then
    echo "setup-vendors: PyPI cannot be reached" >&2
    exit 3
  fi
  echo "setup-vendors: pip failed: $(grep '^ERROR' <<<"$log" | tail -n 1 | cut -c 1-200)" >&2
  exit 1
}

install "${needed[@]}"
install --ignore-requires-python "${vendor[@]}"
if ! "$directory/bin/python" -c 'import h5py, matplotlib, networkx, numpy, scipy, sklearn' 2>/dev/null; then
  echo "setup-vendors: the packages were installed but do not import" >&2
  exit 1
fi
printf '%s\n' "$wanted" >"$stamp"
