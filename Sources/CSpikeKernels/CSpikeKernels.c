#include "CSpikeKernels.h"
typedef int CSpikeKernels_unit;
