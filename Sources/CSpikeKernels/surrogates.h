// Surrogate derivatives of the spike function; not part of the interface.
#pragma once

#include "include/spk_neurons.h"
#include "support.h"

// e^y for -87 <= y <= 0: reduction by powers of two and a Taylor polynomial, error < 3e-7.
SPK_INLINE void spk_exp_negative(spk_f16 *result, const spk_f16 *argument) {
  const float to_integer = 0x1.8p23f;  // adding it rounds to the nearest integer
  const spk_f16 y = *argument < -87.0f ? (spk_f16)-87.0f : *argument;
  const spk_f16 k = (y * 0x1.715476p0f + to_integer) - to_integer;
  const spk_f16 r = (y - k * 0x1.62e4p-1f) - k * 0x1.7f7d1cp-20f;
  spk_f16 p = r * (1.0f / 720.0f) + (1.0f / 120.0f);
  p = p * r + (1.0f / 24.0f);
  p = p * r + (1.0f / 6.0f);
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const spk_i16 exponent = (__builtin_convertvector(k, spk_i16) + 127) << 23;
  spk_f16 power;
  memcpy(&power, &exponent, sizeof power);
  *result = p * power;
}

// The triangle of width 1, the usual one: the same bits without two divisions.
enum { SPK_TRIANGLE_OF_ONE = 100 };

static inline int32_t spk_surrogate_loops(spk_surrogate surrogate) {
  const int is_usual = surrogate.kind == SPK_SURROGATE_TRIANGLE && surrogate.parameter == 1;
  return is_usual ? SPK_TRIANGLE_OF_ONE : surrogate.kind;
}

// g(x) with x = (h - threshold) / threshold, times `unit` (1 / threshold).
SPK_INLINE void spk_surrogate_derivative(
    spk_surrogate surrogate, const spk_f16 *argument, const spk_f16 *unit, spk_f16 *result) {
  const spk_f16 x = *argument;
  const spk_f16 magnitude = x < 0.0f ? -x : x;
  const float a = surrogate.parameter;
  switch (surrogate.kind) {
    case SPK_SURROGATE_ATAN: {
      const spk_f16 z = x * (1.57079632679489662f * a);
      *result = (*unit * (0.5f * a)) / (z * z + 1.0f);
      return;
    }
    case SPK_SURROGATE_TRIANGLE: {
      const spk_f16 z = 1.0f - magnitude / a;
      *result = *unit * ((z < 0.0f ? (spk_f16)0.0f : z) / a);
      return;
    }
    case SPK_TRIANGLE_OF_ONE: {
      const spk_f16 z = 1.0f - magnitude;
      *result = *unit * (z < 0.0f ? (spk_f16)0.0f : z);
      return;
    }
    case SPK_SURROGATE_SIGMOID: {
      const spk_f16 z = magnitude * -a;
      spk_f16 e;
      spk_exp_negative(&e, &z);
      const spk_f16 s = e + 1.0f;
      *result = *unit * ((e * a) / (s * s));
      return;
    }
    case SPK_SURROGATE_RECTANGLE: {
      *result = magnitude < 0.5f * a ? *unit / a : (spk_f16)0.0f;
      return;
    }
    default: {
      const spk_f16 z = magnitude * a + 1.0f;
      *result = *unit / (z * z);
      return;
    }
  }
}
