#include "CONNXSchema.h"
typedef int CONNXSchema_unit;
