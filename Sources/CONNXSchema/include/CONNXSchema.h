#pragma once
// The generated C of Schemas/onnx/onnx_subset.proto (reading) and onnx_written.proto (writing); see
// Scripts/regenerate-schemas.sh.
#include "onnx_subset.pb-c.h"
#include "onnx_written.pb-c.h"

/// A bytes field. (Swift reaches members of protobuf-c's own types only through the first module that
/// it finds them in, which need not be this one.)
static inline ProtobufCBinaryData sf_onnx_bytes(uint8_t *bytes, size_t count)
{
  const ProtobufCBinaryData data = {.len = count, .data = bytes};
  return data;
}
