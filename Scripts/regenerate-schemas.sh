#!/bin/sh
# Regenerates the C code of all protobuf schemas:
#
#   Schemas/onnx/*.proto    -> Sources/CONNXSchema
#   Schemas/model/*.proto   -> Sources/CModelSchema
#   Schemas/bundle/*.proto  -> Sources/CBundleSchema
#
# Beside each generated file lies the SHA-256 of the schema that it was made from; a test compares
# it with the schema, so that a forgotten run is noticed without protoc. The generated code is
# checked in: building needs no protoc. Run this only after a change of a schema.
#
# Needs protobuf-c-compiler and protobuf-compiler: apt-get install protobuf-c-compiler protobuf-compiler
set -eu
cd "$(dirname "$0")/.."

pinned='protobuf-c 1.4.'
command -v protoc-c >/dev/null || {
  echo "protoc-c is missing; fix: apt-get install protobuf-c-compiler protobuf-compiler" >&2
  exit 1
}
versions=$(protoc-c --version)
echo "$versions"
case $versions in
"$pinned"*) ;;
*)
  echo "the generated code is pinned to protoc-c of ${pinned}x; fix: install that version" >&2
  exit 1
  ;;
esac

for pair in onnx:CONNXSchema model:CModelSchema bundle:CBundleSchema; do
  directory=Schemas/${pair%%:*}
  target=Sources/${pair##*:}
  for schema in "$directory"/*.proto; do
    [ -e "$schema" ] || continue
    name=$(basename "$schema" .proto)
    mkdir -p "$target/include"
    protoc-c --proto_path="$directory" --c_out="$target" "$name.proto"
    mv "$target/$name.pb-c.h" "$target/include/$name.pb-c.h"
    sha256sum "$schema" | cut -d ' ' -f 1 >"$target/$name.proto.sha256"
    echo "$schema -> $target/$name.pb-c.c"
  done
done
