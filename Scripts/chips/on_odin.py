#!/usr/bin/env python3
"""Runs the exported files of tinyODIN or ODIN on samples, by the book (docs/formats/odin.md).

    on_odin.py tinyodin|odin NATIVE DATA.npz COUNT OUT.csv

An interpreter of the files, written from the documentation of the chips; not their RTL. Memories are what `spi.txt`
programs from power-up. Needs numpy.
"""
import os
import sys
from collections import deque
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import answers
import numpy as np


class Chip:
    def __init__(self, name, folder):
        self.is_odin = name == "odin"
        self.folder = Path(folder)
        self.bytes = 16 if self.is_odin else 4
        # What SPI does not write shows: neurons that fire at once, synapses of weight 7.
        self.neurons = np.full((256, self.bytes), 5, np.uint8)
        self.synapses = np.full((8192, 4), 0x77, np.uint8)
        self.registers = {}
        self.program(self.words("spi.txt"))
        self.highest = 255 if self.is_odin else self.registers[3]
        self.decode()
        self.restoring = self.words("spi-reset.txt")
        self.script = [line.split() for line in (self.folder / "events.txt").read_text().splitlines() if line]

    def words(self, name):
        lines = (self.folder / name).read_text().splitlines()
        return [[int(word, 16) for word in line.split()] for line in lines if line]

    def program(self, words):
        for address, data in words:
            command = address >> 16 & 3
            if command == 0:
                self.registers[address & 0xFFFF] = data
                continue
            assert self.registers[0] == 1, "memories are written while the activity is gated"
            mask, byte = data >> 8 & 0xFF, data & 0xFF
            if command == 1:
                memory, row, column = self.neurons, address & 0xFF, address >> 8 & (self.bytes - 1)
            else:
                memory, row, column = self.synapses, address & 0x1FFF, address >> 13 & 3
            memory[row, column] = byte & ~mask & 0xFF | int(memory[row, column]) & mask

    def field(self, low, high):
        """Bits low...high of every neuron word."""
        bits = np.unpackbits(self.neurons, axis=1, bitorder="little")[:self.highest + 1, low:high + 1]
        return bits.astype(np.int64) @ (1 << np.arange(high - low + 1))

    def decode(self):
        nibbles = np.stack([self.synapses & 15, self.synapses >> 4], axis=2).reshape(256, 256).astype(np.int64)
        nibbles = nibbles[:, :self.highest + 1]
        if self.is_odin:
            assert (self.field(0, 0) == 1).all() and (self.field(17, 17) == 0).all(), "LIF without learning"
            sign = np.array([1 - 2 * (self.registers[2 + n // 16] >> n % 16 & 1) for n in range(256)])
            self.weights = np.where(nibbles >= 8, nibbles & 7, 0) * sign[:, None]
            self.thresholds, self.range = self.field(9, 16), (0, 255)
            self.leaks = self.field(1, 7) * self.field(8, 8)
            self.silent = self.field(127, 127) == 1
        else:
            self.weights = np.where(nibbles >= 8, nibbles - 16, nibbles)
            self.thresholds, self.range = self.field(12, 23), (-2048, 2047)
            self.leaks, self.silent = self.field(24, 30), self.field(31, 31) == 1

    def potentials(self):
        value = self.field(70, 77) if self.is_odin else self.field(0, 11)
        return value if self.is_odin else np.where(value >= 2048, value - 4096, value)

    def compare(self):
        fired = np.flatnonzero((self.v >= 0) & (self.v >= self.thresholds))
        self.v[fired] = 0
        for neuron in fired[~self.silent[fired]].tolist():
            self.sent[neuron] += 1
            if len(self.queue) < (32 if self.is_odin else 128):
                self.queue.append(neuron)
            else:
                self.lost += 1

    def send(self, text):
        word = int(text, 16)
        is_spike = word & 0xFF == 0x07 if self.is_odin else word >> 8 == 0
        if is_spike:
            self.queue.append(word >> 8 if self.is_odin else word)
            return
        assert word == (0x7F if self.is_odin else 0x1FF)
        self.v = np.sign(self.v) * np.maximum(np.abs(self.v) - self.leaks, 0)
        self.compare()

    def drain(self):
        while self.queue:
            self.v = np.clip(self.v + self.weights[self.queue[0]], *self.range)
            self.compare()
            self.queue.popleft()        # the spike in work keeps its place until it is done

    def run(self, sample):
        self.queue, self.sent, self.lost = deque(), np.zeros(256, int), 0
        answer = {}

        def execute(program):
            at = 0
            while at < len(program):
                line = program[at]
                at += 1
                if line[0] == "reset":
                    self.program(self.restoring)
                    self.v = self.potentials()
                elif line[0] == "repeat":
                    end = next(n for n in range(at, len(program)) if program[n][0] == "end")
                    for _ in range(int(line[1])):
                        execute(program[at:end])
                    at = end + 1
                elif line[0] == "input":
                    if sample[int(line[1])] >= 128:
                        self.send(line[2])
                elif line[0] == "send":
                    self.send(line[1])
                elif line[0] == "wait":
                    self.drain()
                elif line[0] in ("potential", "spikes"):
                    of = self.v if line[0] == "potential" else self.sent
                    answer[int(line[1])] = int(of[int(line[2])])
                else:
                    raise ValueError(f"no command: {line}")
        execute(self.script)
        return [answer[index] for index in range(len(answer))]


def main(name, folder, data, count, output):
    chip = Chip(name, folder)
    readouts, lost = [], 0
    for image in answers.samples(data, int(count)):
        readouts.append(chip.run(image.ravel().tolist()))
        lost += chip.lost
    answers.write(output, readouts)
    print(f"{lost} spikes lost in the queue")


if __name__ == "__main__":
    main(*sys.argv[1:])
