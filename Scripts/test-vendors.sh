#!/usr/bin/env bash
# Sets up the vendors' simulators and compares exports with them, spike for spike.
#
#   Scripts/test-vendors.sh            environment in .build-vendors (made where it is missing)
#   SFCONV_VENDORS=DIR Scripts/...     an environment that is ready: DIR/bin/python
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ -z "${SFCONV_VENDORS:-}" ]]; then
  Scripts/setup-vendors.sh .build-vendors/lava
  export SFCONV_VENDORS="$PWD/.build-vendors/lava"
fi
# CI=true: a missing environment is a failure, not a skip.
CI=true swift test -c release --filter SpikeExportTests.LavaEqualityTests
