#!/usr/bin/env bash
# Quick checks that need no build: layout of the Swift sources, generated schema code.
set -euo pipefail
cd "$(dirname "$0")/.."

swift format lint --strict --recursive Package.swift Sources Tests
echo "check: Swift sources are formatted"

for schema in Schemas/{onnx,model,bundle}/*.proto; do
  [[ -e "$schema" ]] || continue
  stamp=$(echo Sources/C*Schema/"$(basename "$schema")".sha256)
  [[ -e "$stamp" && "$(cat "$stamp")" == "$(sha256sum <"$schema" | cut -d ' ' -f 1)" ]] || {
    echo "check: code generated from $schema is stale; run Scripts/regenerate-schemas.sh" >&2
    exit 1
  }
done
echo "check: generated schema code is up to date"
