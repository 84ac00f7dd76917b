#!/usr/bin/env python3
"""Runs a netx network (HDF5, .net) in Intel's Lava, fixed-point CPU models, and saves what came out.

    run_lava.py NET.net SPIKES.npy --out OUT.npy [--state STATE.npz] [--per-step-state] [options]

The loader is lava.lib.dl.netx.hdf5.Network, the simulator Loihi2SimCfg(select_tag='fixed_pt').
Set the packages up with Scripts/setup-vendors.sh (lava-nc 0.10.0, lava-dl 0.6.0; Python 3.11 or 3.12, no torch).

ARRAYS
  SPIKES.npy  integers; the LAST axis is time.
              dense first layer: (N, T).
              conv first layer:  (W, H, C, T): x first, then y, then channel. From an array a[C,H,W,T] use
              a.transpose(2, 1, 0, 3). The file's input layer says shape [C,H,W].
              Values 0/1; with --message-bits B > 0 whole numbers of B bits (graded spikes, e.g. 0..255 for 8).
              A dense weight column for a flattened image is in C,H,W order (see flatten below).
  OUT.npy     output spikes of the last layer, same axis order: (N, T) or (W, H, C, T).
              Output column k+L belongs to input column k, L = number of layers: every layer costs one step.
  STATE.npz   u0, v0, u1, v1, ...: current and membrane of layer 0, 1, ... after the last step, in the layer's own
              axis order ((N,) or (W, H, C)); with --per-step-state also a leading axis of steps: row s is the
              state at the end of step s+1 (column s of SPIKES is sent in that step). After a spike v is 0.
              One membrane unit of the model is 64 here: u = a << 6, v counts in the same scale.

TIME
  Steps count from 1. Column k is sent in step k+1 and integrated by layer l (0, 1, ...) in step k+2+l.
  --steps N runs N steps; default: the columns of SPIKES. Columns after the last one are silent (zeros).
  To flush T columns through L layers use --steps T+L.
  --reset-interval I --reset-offset O: layer l clears u and v at the START of every step n with
  n mod I == (O + 1 + l) mod I, before it integrates that step's input. So to present images of I steps back to
  back, each starting from u = v = 0 in every layer, use --reset-interval I --reset-offset 1.

SPEED
  Reading results out costs about 16 microseconds a number (Lava hands them over one by one), which for a wide last
  layer or --per-step-state of a wide layer is far more than the simulation: use --layers, and read few outputs.

EXIT  0 done; 2 arguments or files; 3 the Lava packages are missing; 4 Lava refused or failed;
      5 no result within --timeout seconds.
"""
import argparse
import multiprocessing
import os
import signal
import sys
import time
import types

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")       # Lava starts one process per layer part; threads would only fight

import dataclasses


def allow_lava_dataclasses():
    """Python 3.11 refuses dataclass defaults whose class has no hash. lava-nc 0.10.0 has one such default
    (CoreEncoder.x); giving its class the identity hash of object restores what Python 3.10 did."""
    plain = dataclasses.dataclass

    def hashable_defaults(cls):
        for name in cls.__dict__.get("__annotations__", {}):
            kind = type(cls.__dict__.get(name))
            if kind.__module__.startswith("lava.") and kind.__hash__ is None:
                kind.__hash__ = object.__hash__

    def dataclass(cls=None, /, **options):
        if cls is not None:
            hashable_defaults(cls)
            return plain(cls, **options)

        def decorate(cls):
            hashable_defaults(cls)
            return plain(cls, **options)
        return decorate

    dataclasses.dataclass = dataclass


def stand_in(name, **members):
    module = types.ModuleType(name)
    module.__path__ = []
    for key, value in members.items():
        setattr(module, key, value)
    sys.modules[name] = module


def without_torch():
    """netx imports slayer (torch) for resonate-and-fire neurons only, and torch itself for type hints only."""
    def refuse(*_, **__):
        raise NotImplementedError("resonate-and-fire neurons need torch and lava.lib.dl.slayer")
    stand_in("lava.lib.dl.slayer")
    stand_in("lava.lib.dl.slayer.neuron")
    stand_in("lava.lib.dl.slayer.neuron.rf", neuron_params=refuse)
    tensor = type("Tensor", (), {})
    stand_in("torch", Tensor=tensor, tensor=tensor, is_tensor=lambda _: False)


def give_up_after(seconds):
    """Lava waits for ever when one of its processes fails while starting, so the runner keeps the time itself."""
    def expired(*_):
        for child in multiprocessing.active_children():
            child.kill()
        print(f"run_lava.py: Lava did not finish in {seconds} s", file=sys.stderr, flush=True)
        os._exit(5)
    signal.signal(signal.SIGALRM, expired)
    signal.alarm(seconds)


def load_lava():
    if sys.version_info >= (3, 11):
        allow_lava_dataclasses()
    without_torch()
    global np, Network, Loihi2SimCfg, RunSteps, Source, Sink, Monitor
    import numpy as np
    from lava.lib.dl.netx.hdf5 import Network
    from lava.magma.core.run_conditions import RunSteps
    from lava.magma.core.run_configs import Loihi2SimCfg
    from lava.proc.io.sink import RingBuffer as Sink
    from lava.proc.io.source import RingBuffer as Source
    from lava.proc.monitor.process import Monitor


def run(path, spikes, steps=None, message_bits=0, reset_interval=None, reset_offset=0,
        state=False, per_step=False, layers=None):
    """Returns (output spikes, {name: array}, table of layers, seconds). layers: indices to probe, None = all."""
    steps = steps or spikes.shape[-1]
    silent = np.zeros(spikes.shape[:-1] + (max(steps - spikes.shape[-1], 0),), np.int32)
    data = np.concatenate([spikes.astype(np.int32), silent], axis=-1)
    network = Network(net_config=path, input_message_bits=message_bits,
                      reset_interval=reset_interval, reset_offset=reset_offset)
    if tuple(network.inp.shape) != data.shape[:-1]:
        raise ValueError(f"the network takes {tuple(network.inp.shape)} per step, SPIKES has {data.shape[:-1]}")
    source = Source(data=data)
    source.s_out.connect(network.inp)
    sink = Sink(shape=network.out.shape, buffer=steps)
    network.out.connect(sink.a_in)
    chosen = [(i, layer.neuron) for i, layer in enumerate(network.layers)
              if (layers is None or i in layers) and hasattr(layer.neuron, "v")]
    monitors = {}
    if per_step:
        for i, neuron in chosen:
            for key in ("u", "v"):
                monitors[f"{key}{i}"] = Monitor()
                monitors[f"{key}{i}"].probe(getattr(neuron, key), steps)
    started = time.time()
    network.run(condition=RunSteps(num_steps=steps), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
    output = sink.data.get().astype(np.int32)
    states = {}
    if per_step:
        for key, monitor in monitors.items():
            (values,) = (v for of in monitor.get_data().values() for v in of.values())
            states[key] = values.astype(np.int32)
    elif state:
        for i, neuron in chosen:
            states[f"u{i}"] = neuron.u.get().astype(np.int32)
            states[f"v{i}"] = neuron.v.get().astype(np.int32)
    network.stop()
    return output, states, str(network), time.time() - started


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("net", metavar="NET.net", help="netx network, HDF5")
    add("spikes", metavar="SPIKES.npy", help="input, integers, last axis = time: (N, T) or (W, H, C, T)")
    add("--out", metavar="OUT.npy", required=True, help="output spikes, last axis = time")
    add("--state", metavar="STATE.npz", help="u and v of every layer at the end")
    add("--per-step-state", action="store_true", help="STATE.npz holds u and v after every step instead")
    add("--layers", metavar="I,J", help="layers to save in STATE.npz (0-based; default all)")
    add("--message-bits", metavar="N", type=int, default=0, help="bits of an input spike's value; 0 = plain spikes")
    add("--reset-interval", metavar="N", type=int, help="clear u and v every N steps, one step later per layer")
    add("--reset-offset", metavar="N", type=int, default=0, help="see TIME; 1 clears as column 0 arrives")
    add("--steps", metavar="N", type=int, help="steps to run (default: columns of SPIKES)")
    add("--timeout", metavar="S", type=int, default=600, help="give up after S seconds (default 600)")
    arguments = parser.parse_args()
    if arguments.per_step_state and not arguments.state:
        parser.error("--per-step-state needs --state")
    if arguments.steps is not None and arguments.steps < 1:
        parser.error("--steps must be 1 or more")
    if arguments.reset_interval is not None and arguments.reset_interval < 1:
        parser.error("--reset-interval must be 1 or more")
    if arguments.timeout < 1:
        parser.error("--timeout must be 1 or more")
    if arguments.reset_offset < -1:
        parser.error("--reset-offset must be -1 or more")
    if arguments.message_bits < 0:
        parser.error("--message-bits must not be negative")
    try:
        arguments.layers = None if arguments.layers is None else {int(i) for i in arguments.layers.split(",")}
    except ValueError:
        parser.error("--layers takes whole numbers with commas between, such as 0,2")
    return arguments


def fail(code, message):
    print(f"run_lava.py: {message}", file=sys.stderr)
    sys.stderr.flush()
    sys.exit(code)


def main():
    arguments = parse()
    try:
        load_lava()
    except ImportError as problem:
        fail(3, f"{problem} (run Scripts/setup-vendors.sh and use that environment's python)")
    try:
        spikes = np.load(arguments.spikes)
        open(arguments.net, "rb").close()
    except (OSError, ValueError) as problem:
        fail(2, problem)
    if spikes.ndim not in (2, 4) or spikes.shape[-1] < 1:
        fail(2, f"SPIKES.npy must have shape (N, T) or (W, H, C, T), found {spikes.shape}")
    if not np.array_equal(spikes, np.round(spikes)):
        fail(2, "SPIKES.npy must hold whole numbers")
    limit = 1 << arguments.message_bits if arguments.message_bits else 2
    if spikes.size and (spikes.min() < 0 or spikes.max() >= limit):
        fail(2, f"SPIKES.npy holds values from {spikes.min()} to {spikes.max()}; allowed here are 0..{limit - 1}")
    give_up_after(arguments.timeout)
    try:
        output, states, table, seconds = run(
            arguments.net, spikes, arguments.steps, arguments.message_bits, arguments.reset_interval,
            arguments.reset_offset, bool(arguments.state), arguments.per_step_state, arguments.layers)
    except Exception as problem:                    # whatever the vendor's code raises, said in one line
        fail(4, f"Lava: {type(problem).__name__}: {' '.join(str(problem).split())[:300]}")
    try:
        with open(arguments.out, "wb") as file:
            np.save(file, output)
        if arguments.state:
            with open(arguments.state, "wb") as file:
                np.savez(file, **states)
    except OSError as problem:
        fail(2, problem)
    print(table)
    print("out", output.shape, "spikes per step", output.reshape(-1, output.shape[-1]).sum(0).tolist())
    print(f"{output.shape[-1]} steps in {seconds:.2f} s")


if __name__ == "__main__":
    main()
