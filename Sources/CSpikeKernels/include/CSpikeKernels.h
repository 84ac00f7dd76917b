// Numeric kernels of the engine: plain C, no allocation beyond small scratch, no global state.
//
// Bits: every kernel gives the same bits on every processor. Sums run in a fixed order (fixed lane
// counts, combined in a fixed order), products and sums are never contracted to FMA, and exp and
// log are polynomials of our own.
#pragma once

#include "simulate_kernels.h"
#include "simulate_xylo.h"
#include "fit_kernels.h"
#include "spk_activations.h"
#include "spk_event_convolution.h"
#include "spk_event_linear.h"
#include "spk_events.h"
#include "spk_loss.h"
#include "spk_movement.h"
#include "spk_neurons.h"
#include "spk_normalization.h"
#include "spk_optimizers.h"
#include "spk_pooled_neurons.h"
#include "spk_pooling.h"
#include "spk_reductions.h"
#include "spk_threads.h"
