"""The two networks of the benchmark in snnTorch and SpikingJelly, as their users write them.

Layers: ("conv", inputs, outputs) 3x3 with padding and neurons, "pool" average of 2x2, ("linear",
inputs, outputs, spikes). Neurons: leaky integrate and fire, decay 0.5, threshold 1, reset by
subtraction, atan surrogate with alpha 2, no gradient through the reset. The image enters in every
one of the T steps; the logits are the mean of the last layer over the steps.

Two differences remain and change no cost: snnTorch fires at h > 1 instead of h >= 1 and subtracts
the threshold after the decay of the next step instead of before it.
"""
import math

import torch
from torch import nn

from splitmix import SplitMix64

LAYERS = {
    "A": [("conv", 1, 32), "pool", ("conv", 32, 64), "pool",
          ("linear", 3136, 256, True), ("linear", 256, 10, False)],
    "B": [("conv", 3, 64), ("conv", 64, 64), "pool", ("conv", 64, 128), ("conv", 128, 128), "pool",
          ("conv", 128, 256), ("conv", 256, 256), "pool", ("linear", 4096, 10, False)],
}
INPUT = {"A": (1, 28, 28), "B": (3, 32, 32)}
TRAINING_BATCH = {"A": 64, "B": 16}
SEED = 1


class SnnTorchNet(nn.Module):
    """One step at a time, as in snnTorch's tutorials."""

    def __init__(self, layers):
        super().__init__()
        import snntorch
        from snntorch import surrogate

        def neurons():
            return snntorch.Leaky(
                beta=0.5, threshold=1.0, spike_grad=surrogate.atan(alpha=2.0),
                reset_mechanism="subtract")

        self.layers = nn.ModuleList()
        flat = False
        for layer in layers:
            if layer == "pool":
                self.layers.append(nn.AvgPool2d(2))
            elif layer[0] == "conv":
                self.layers += [nn.Conv2d(layer[1], layer[2], 3, padding=1), neurons()]
            else:
                if not flat:
                    self.layers.append(nn.Flatten())
                flat = True
                self.layers.append(nn.Linear(layer[1], layer[2]))
                if layer[3]:
                    self.layers.append(neurons())
        self.neurons = [layer for layer in self.layers if isinstance(layer, snntorch.Leaky)]

    def forward(self, image, steps):
        potentials = {layer: layer.reset_mem() for layer in self.neurons}
        total = 0
        for _ in range(steps):
            value = image
            for layer in self.layers:
                if layer in potentials:
                    value, potentials[layer] = layer(value, potentials[layer])
                else:
                    value = layer(value)
            total = total + value
        return total / steps


class SpikingJellyNet(nn.Module):
    """All steps at once (step mode "m"): the steps are folded into the batch of each layer."""

    def __init__(self, layers):
        super().__init__()
        from spikingjelly.activation_based import functional, layer as sj, neuron, surrogate

        def neurons():
            return neuron.LIFNode(
                tau=2.0, decay_input=False, v_threshold=1.0, v_reset=None, detach_reset=True,
                surrogate_function=surrogate.ATan(alpha=2.0), step_mode="m")

        self.reset_net = functional.reset_net
        modules = []
        flat = False
        for layer in layers:
            if layer == "pool":
                modules.append(sj.AvgPool2d(2, step_mode="m"))
            elif layer[0] == "conv":
                modules += [sj.Conv2d(layer[1], layer[2], 3, padding=1, step_mode="m"), neurons()]
            else:
                if not flat:
                    modules.append(sj.Flatten(step_mode="m"))
                flat = True
                modules.append(sj.Linear(layer[1], layer[2], step_mode="m"))
                if layer[3]:
                    modules.append(neurons())
        self.net = nn.Sequential(*modules)
        self.neurons = [module for module in modules if isinstance(module, neuron.LIFNode)]

    def forward(self, image, steps):
        self.reset_net(self)
        return self.net(image.unsqueeze(0).repeat(steps, *[1] * image.dim())).mean(0)


LIBRARIES = {"snntorch": SnnTorchNet, "spikingjelly": SpikingJellyNet}


def make(library, net):
    """The network with the same weights as sfconv's: see BenchmarkNet.swift."""
    module = LIBRARIES[library](LAYERS[net])
    generator = SplitMix64(SEED)
    projections = [m for m in module.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    with torch.no_grad():
        for index, projection in enumerate(projections):
            weight = projection.weight
            fan_in = weight[0].numel()
            values = generator.stream(2 * index).normal(weight.numel()) * 1.5 * math.sqrt(2 / fan_in)
            weight.copy_(torch.from_numpy(values).reshape(weight.shape))
            bias = generator.stream(2 * index + 1).uniform(len(projection.bias))
            projection.bias.copy_(torch.from_numpy((2 * bias - 1) / math.sqrt(fan_in)))
    return module


def data(net, batch):
    """Images and labels, the same as sfconv's."""
    generator = SplitMix64(SEED)
    shape = (batch, *INPUT[net])
    pixels = generator.stream(100).uniform(math.prod(shape))
    labels = generator.stream(101).integers(batch, 10)
    return torch.from_numpy(pixels).float().reshape(shape), torch.from_numpy(labels)
