#pragma once
// The generated C of Schemas/onnx/onnx_subset.proto; see Scripts/regenerate-schemas.sh.
#include "onnx_subset.pb-c.h"
