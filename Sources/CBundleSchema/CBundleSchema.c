#include "CBundleSchema.h"
typedef int CBundleSchema_unit;
