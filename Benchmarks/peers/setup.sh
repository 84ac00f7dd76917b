#!/usr/bin/env bash
# Makes a virtual environment with the libraries that sfconv is compared with.
# usage: peers/setup.sh [DIRECTORY], default .build-peers beside this folder. Needs about 1.6 GB.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-$here/../.build-peers}

python3 -m venv "$target"
pip=("$target/bin/pip" install --quiet --disable-pip-version-check)
"${pip[@]}" filelock typing-extensions sympy networkx jinja2 fsspec setuptools
# The CPU build where pip is set up to find it, otherwise the ordinary wheel with all that it asks
# for.
if ! "${pip[@]}" --no-deps 'torch==2.13.0+cpu' 2>/dev/null; then
  "${pip[@]}" 'torch==2.13.0'
fi
torch=$("$target/bin/python" -c 'import torch; print(torch.__version__)')
constraint=$(mktemp)
trap 'rm -f "$constraint"' EXIT
echo "torch==$torch" >"$constraint"
"${pip[@]}" --constraint "$constraint" --requirement "$here/requirements.txt"
# Without their dependencies: they ask for torchvision, torchaudio and tensorboard, which they do not
# need for what is measured.
"${pip[@]}" --no-deps spikingjelly==2.0.0 norse==1.1.0
"$target/bin/python" -c 'import snntorch, spikingjelly.activation_based.neuron, norse.torch, torch'
echo "peers: ready in $target (torch $torch)"
