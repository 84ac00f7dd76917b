#pragma once
#include "simulate_kernels.h"
