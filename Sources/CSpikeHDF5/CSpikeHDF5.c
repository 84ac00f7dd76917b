#include "CSpikeHDF5.h"
typedef int CSpikeHDF5_unit;
