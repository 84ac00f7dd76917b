"""The two networks of the benchmark in snnTorch, SpikingJelly and norse, as their users write them.

Layers: ("conv", inputs, outputs) 3x3 with padding and neurons, "pool" average of 2x2, ("linear",
inputs, outputs, spikes). Neurons: leaky integrate and fire, decay 0.5, threshold 1, reset by
subtraction, atan surrogate with alpha 2, no gradient through the reset. The image enters in every
one of the T steps; the logits are the mean of the last layer over the steps.

Differences that remain and change no cost: snnTorch fires at h > 1 instead of h >= 1 and subtracts
the threshold after the decay of the next step instead of before it; norse has no atan surrogate
(its default, the fast sigmoid of SuperSpike, stands in), passes the gradient through the reset, and
integrates half of the current, so that its threshold is 0.5.
"""
import math

import numpy
import torch
from torch import nn

LAYERS = {
    "A": [("conv", 1, 32), "pool", ("conv", 32, 64), "pool",
          ("linear", 3136, 256, True), ("linear", 256, 10, False)],
    "B": [("conv", 3, 64), ("conv", 64, 64), "pool", ("conv", 64, 128), ("conv", 128, 128), "pool",
          ("conv", 128, 256), ("conv", 256, 256), "pool", ("linear", 4096, 10, False)],
}
INPUT = {"A": (1, 28, 28), "B": (3, 32, 32)}
TRAINING_BATCH = {"A": 64, "B": 16}
BATCH_IN_FILE = 64


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


class NorseNet(nn.Module):
    """One step at a time through a SequentialState, as in norse's examples."""

    def __init__(self, layers):
        super().__init__()
        import norse.torch as norse
        from norse.torch.functional.reset import reset_subtract

        def neurons():
            return norse.LIFBoxCell(
                p=norse.LIFBoxParameters(
                    tau_mem_inv=torch.as_tensor(500.0), v_th=torch.as_tensor(0.5),
                    reset_method=reset_subtract, alpha=torch.as_tensor(2.0)),
                dt=0.001)

        modules = []
        flat = False
        for layer in layers:
            if layer == "pool":
                modules.append(nn.AvgPool2d(2))
            elif layer[0] == "conv":
                modules += [nn.Conv2d(layer[1], layer[2], 3, padding=1), neurons()]
            else:
                if not flat:
                    modules.append(nn.Flatten())
                flat = True
                modules.append(nn.Linear(layer[1], layer[2]))
                if layer[3]:
                    modules.append(neurons())
        self.net = norse.SequentialState(*modules)
        self.neurons = [module for module in modules if isinstance(module, norse.LIFBoxCell)]

    def forward(self, image, steps):
        state = None
        total = 0
        for _ in range(steps):
            value, state = self.net(image, state)
            total = total + value
        return total / steps


LIBRARIES = {"snntorch": SnnTorchNet, "spikingjelly": SpikingJellyNet, "norse": NorseNet}


def load(library, net, path, batch):
    """The network with the trained weights of the file, and the first images and labels: see
    TrainedCase.swift."""
    module = LIBRARIES[library](LAYERS[net])
    numbers = torch.from_numpy(numpy.fromfile(path, dtype="<f4"))

    def take(*shape):
        nonlocal numbers
        count = math.prod(shape)
        taken, numbers = numbers[:count].reshape(shape), numbers[count:]
        return taken

    with torch.no_grad():
        for projection in module.modules():
            if isinstance(projection, (nn.Conv2d, nn.Linear)):
                projection.weight.copy_(take(*projection.weight.shape))
                projection.bias.copy_(take(*projection.bias.shape))
    images = take(BATCH_IN_FILE, *INPUT[net])[:batch].clone()
    labels = take(BATCH_IN_FILE)[:batch].long()
    assert len(numbers) == 0, "the file is of another network"
    return module, images, labels
