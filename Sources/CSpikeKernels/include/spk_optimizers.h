// Optimiser steps, in place.
#pragma once

#include <stdint.h>

// g = gradient + weight_decay * w; m = momentum * m + g; w -= rate * (nesterov ? g + momentum * m
// : m). velocity may be null when momentum is 0.
void spk_sgd_step(
    int64_t count, float *parameter, const float *gradient, float *velocity, float rate,
    float momentum, float weight_decay, int32_t nesterov);

// decoupled: w -= rate * weight_decay * w first; else g = gradient + weight_decay * w.
// m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; w -= rate * (m * correction1) /
// (sqrt(v * correction2) + epsilon) with the corrections 1 / (1 - b^step).
void spk_adam_step(
    int64_t count, float *parameter, const float *gradient, float *first, float *second,
    float rate, float beta1, float beta2, float epsilon, float weight_decay, int32_t decoupled,
    float correction1, float correction2);
