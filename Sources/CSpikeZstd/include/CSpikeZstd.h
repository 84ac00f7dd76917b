#pragma once
// The index section of a bundle: packing of indices and zstd frames. docs/format.md specifies both.
#include "entropy_coding.h"
#include "index_streams.h"
#include "zstd_frames.h"
