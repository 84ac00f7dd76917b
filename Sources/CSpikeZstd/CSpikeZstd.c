#include "CSpikeZstd.h"
typedef int CSpikeZstd_unit;
