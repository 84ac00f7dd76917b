#!/usr/bin/env bash
# Installs what sfconv needs on Debian 12 and is missing; says what it does. Works as root and with
# sudo. Run it again at will: with nothing missing it changes nothing and needs no network.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  libprotobuf-c-dev # ONNX, model and bundle files
  libzstd-dev # compression of bundles
  libhdf5-dev # Loihi .net files
  libdnnl-dev # convolution and matrix kernels
  zlib1g-dev # .gz and .npz data
  liblz4-dev # packets of AEDAT 4
  libpng-dev # PNG images
  libjpeg62-turbo-dev # JPEG images
  pkg-config # how SwiftPM finds the above
  dataset-fashion-mnist # data of the demo and of accuracy tests
  libonnx-testdata # ONNX's own tests of operators
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done

if ((${#missing[@]})); then
  echo "bootstrap: installing ${missing[*]}"
  as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || {
      echo "bootstrap: not root and no sudo; run as root: apt-get install ${missing[*]}" >&2
      exit 1
    }
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
else
  echo "bootstrap: all system packages are installed"
fi

if ! command -v swift >/dev/null; then
  echo "bootstrap: no 'swift' on the PATH; install Swift 6.3 or newer from https://swift.org/install" >&2
  exit 1
fi
echo "bootstrap: $(swift --version 2>&1 | head -n 1)"
