#include "CSpikeProtobuf.h"
typedef int CSpikeProtobuf_unit;
