"""A network of digits: architecture by torch.onnx, weights by safetensors and numpy, outputs."""

import argparse
import json

import numpy
import onnxruntime
import torch
from safetensors.torch import save_file


def network():
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3, padding=1, bias=False), torch.nn.BatchNorm2d(4), torch.nn.ReLU(),
        torch.nn.AvgPool2d(2), torch.nn.Flatten(), torch.nn.Linear(64, 10))


def export(net, path):
    # The mode is kept and nothing is folded, so that batch normalisation and all names stay.
    torch.onnx.export(
        net.eval(), torch.zeros(1, 1, 8, 8), path, dynamo=False, opset_version=13,
        training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
        input_names=["input"], output_names=["logits"],
        dynamic_axes={"input": {0: "N"}, "logits": {0: "N"}})


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--digits", default="../onnx/digits/digits.npz")
    options.add_argument("--trained-onnx", required=True, help="where to put the other export")
    arguments = options.parse_args()
    torch.manual_seed(20261124)
    torch.set_num_threads(1)
    data = numpy.load(arguments.digits)
    pixels = torch.tensor(data["x"], dtype=torch.float32).reshape(-1, 1, 8, 8) / 255
    labels = torch.tensor(data["y"].astype("int64"))
    net = network()
    # Of equal tensors (running_mean and bias of a fresh network are both 0) the exporter keeps one.
    export(net, "merged.onnx")
    fresh = [value.clone() for value in net.state_dict().values()]
    for value in net.state_dict().values():
        if value.is_floating_point():
            value.copy_(torch.rand_like(value) + 0.5)
    export(net, "net.onnx")  # noise: its numbers must all be replaced
    for value, start in zip(net.state_dict().values(), fresh):
        value.copy_(start)
    optimizer = torch.optim.Adam(net.parameters(), 0.02)
    net.train()
    for _ in range(60):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(pixels), labels).backward()
        optimizer.step()
    net.eval()
    state = {name: value.contiguous() for name, value in net.state_dict().items()}
    save_file(state, "weights.safetensors", metadata={"format": "pt"})
    save_file({"module." + name: value for name, value in state.items()}, "module.safetensors")
    arrays = {name: value.numpy() for name, value in state.items()}
    numpy.savez("weights.npz", **arrays)
    test = data["x_test"][:16].astype("float32").reshape(-1, 1, 8, 8) / 255
    export(net, arguments.trained_onnx)
    runtime = onnxruntime.InferenceSession(arguments.trained_onnx).run(None, {"input": test})[0]
    with torch.no_grad():
        direct = net(torch.tensor(test)).numpy()
        all_test = torch.tensor(data["x_test"], dtype=torch.float32).reshape(-1, 1, 8, 8) / 255
        hits = int((net(all_test).argmax(1).numpy() == data["y_test"]).sum())
    print("torch against onnxruntime:", float(numpy.abs(runtime - direct).max()))
    print("hits:", hits, "of", len(data["y_test"]))
    record = {"images": (test * 255).round().astype(int).reshape(16, 64).tolist(),
              "logits": [[float(f"{v:.9g}") for v in row] for row in runtime]}
    with open("expected.json", "w") as file:
        json.dump(record, file)


main()
