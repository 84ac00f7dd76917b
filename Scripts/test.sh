#!/usr/bin/env bash
# Everything that must hold before a change lands: set-up, style, release build, all tests.
# Release, because the C kernels are 25 to 600 times slower in a debug build.
set -euo pipefail
cd "$(dirname "$0")/.."

Scripts/bootstrap.sh
Scripts/check.sh
if [[ -x Scripts/setup-vendors.sh ]]; then
  # The vendors' own simulators; in CI their absence is a failure, elsewhere the tests skip.
  Scripts/setup-vendors.sh || [[ -z "${CI:-}" ]]
fi
swift build -c release --build-tests
swift test -c release --skip-build "$@"
