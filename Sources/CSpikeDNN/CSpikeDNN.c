#include "CSpikeDNN.h"
typedef int CSpikeDNN_unit;
