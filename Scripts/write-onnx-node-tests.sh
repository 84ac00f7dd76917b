#!/usr/bin/env bash
# Writes the node tests of the newest onnx (as its Python package generates them) to .build-onnx-node-tests,
# where `swift test --filter NodeTestSuiteTests` finds them. Needs .build-vendors/onnx (Scripts/setup-vendors.sh onnx).
set -euo pipefail
cd "$(dirname "$0")/.."

python=.build-vendors/onnx/bin/python
[[ -x $python ]] || {
  echo "write-onnx-node-tests: run Scripts/setup-vendors.sh onnx first" >&2
  exit 1
}
rm -rf .build-onnx-node-tests
"$python" - .build-onnx-node-tests <<'PYTHON'
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases

target = Path(sys.argv[1])
written = 0
for case in collect_testcases(None):
    if case.model is None or not case.data_sets:
        continue
    folder = target / case.name
    data = folder / "test_data_set_0"
    data.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(case.model.SerializeToString())
    for kind, values in zip(("input", "output"), case.data_sets[0]):
        for index, value in enumerate(values):
            if isinstance(value, onnx.TensorProto):
                proto = value
            elif isinstance(value, (list, dict)) or value is None:
                continue  # sequences and optional values
            else:
                proto = numpy_helper.from_array(np.asarray(value), "")
            (data / f"{kind}_{index}.pb").write_bytes(proto.SerializeToString())
    written += 1
print(f"write-onnx-node-tests: {written} tests of onnx {onnx.__version__} in {target}")
PYTHON
