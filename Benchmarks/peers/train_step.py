"""One case of the benchmark: train_step.py LIBRARY NET MODE FILE [SECONDS [THREADS]].

LIBRARY snntorch, spikingjelly or norse, NET A or B, MODE train or infer, FILE the trained network
that TrainingStep prepared. Prints one line of JSON with the
keys of sfconv's TrainingStep; the protocol is the same: three steps to warm up, then single steps
are timed for at least SECONDS and at least five times, and their median is reported.
"""
import importlib.metadata
import json
import resource
import statistics
import sys
import time

import torch

import nets

TIME_STEPS = 4


def main(library, net, mode, path, seconds=2.0, threads=2):
    torch.set_num_threads(threads)
    batch = nets.TRAINING_BATCH[net] if mode == "train" else 64
    module, images, labels = nets.load(library, net, path, batch)
    losses, rates, last_rates = [], [], []

    if mode == "train":
        optimizer = torch.optim.Adam(module.parameters(), lr=1e-5)

        def step():
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(module(images, TIME_STEPS), labels)
            loss.backward()
            optimizer.step()
            return loss

        rates = spike_rates(module, images)
        losses = [step().item() for _ in range(3)]
    else:
        module.eval()

        def step():
            with torch.inference_mode():
                return module(images, TIME_STEPS)

        for _ in range(3):
            step()

    times = []
    cpu = time.process_time()
    start = last = time.perf_counter()
    while len(times) < 5 or last - start < seconds:
        step()
        now = time.perf_counter()
        times.append((now - last) * 1e3)
        last = now
    cpu_ms = (time.process_time() - cpu) * 1e3 / len(times)
    rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if mode == "train":
        last_rates = spike_rates(module, images)
    median = statistics.median(times)
    print(json.dumps({
        "lib": library, "version": importlib.metadata.version(library), "net": net, "mode": mode,
        "batch": batch, "threads": threads, "steps": len(times), "step_ms": median,
        "samples_s": batch / median * 1e3, "cpu_ms": cpu_ms, "rss_mb": rss_mb, "losses": losses, "rates": rates,
        "last_rates": last_rates, "torch": torch.__version__,
    }, sort_keys=True))


def spike_rates(module, images):
    """Spikes per neuron and time step of each layer with neurons."""
    sums, counts = {}, {}

    def count(layer, _, output):
        spikes = output[0] if isinstance(output, tuple) else output
        sums[layer] = sums.get(layer, 0) + spikes.sum().item()
        counts[layer] = counts.get(layer, 0) + spikes.numel()

    hooks = [layer.register_forward_hook(count) for layer in module.neurons]
    with torch.inference_mode():
        module(images, TIME_STEPS)
    for hook in hooks:
        hook.remove()
    return [sums[layer] / counts[layer] for layer in module.neurons]


if __name__ == "__main__":
    options = sys.argv[5:]
    main(*sys.argv[1:5], *[f(x) for f, x in zip((float, int), options)])
