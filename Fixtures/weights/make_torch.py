"""The tensors of weights.safetensors as PyTorch writes them, whole, nested, old, scripted, transposed."""

import collections

import torch
from safetensors.torch import load_file


def network():
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3, padding=1, bias=False), torch.nn.BatchNorm2d(4), torch.nn.ReLU(),
        torch.nn.AvgPool2d(2), torch.nn.Flatten(), torch.nn.Linear(64, 10))


def main():
    torch.manual_seed(20261124)
    torch.set_num_threads(1)
    net = network()
    net.load_state_dict(load_file("weights.safetensors"))
    net.eval()
    state = net.state_dict()
    torch.save(state, "weights.pt")
    torch.save(state, "legacy.pt", _use_new_zipfile_serialization=False)
    optimizer = torch.optim.Adam(net.parameters(), 0.02)
    net(torch.rand(2, 1, 8, 8)).sum().backward()
    optimizer.step()
    net.load_state_dict(load_file("weights.safetensors"))
    torch.save(
        {"epoch": 60, "loss": 0.25, "model_state_dict": net.state_dict(),
         "optimizer_state_dict": optimizer.state_dict()}, "checkpoint.pth")
    torch.jit.save(torch.jit.script(net), "script.pt")
    # Views of one storage, column-major weights, parameters instead of their data.
    block = torch.empty(2, 64, 10)
    views = collections.OrderedDict(
        (name, value if value.dtype != torch.float32 else torch.nn.Parameter(value))
        for name, value in state.items())
    block[1] = state["5.weight"].t()
    views["5.weight"] = block[1].t()
    views["0.weight"] = state["0.weight"].to(memory_format=torch.channels_last)
    torch.save(views, "views.pt")
    torch.save(net, "module.pt")
    torch.save({"generator": state, "critic": state}, "two.pt")


if __name__ == "__main__":
    main()
