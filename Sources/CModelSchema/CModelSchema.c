#include "CModelSchema.h"
typedef int CModelSchema_unit;
