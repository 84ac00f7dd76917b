#!/usr/bin/env python3
"""Compiles an exported C99 program with gcc and runs it on samples.

    on_c.py NATIVE/NAME.c DATA.npz COUNT OUT.csv

Needs numpy and gcc (CC names another compiler).
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import answers

MAIN = """
#include <stdio.h>
#include "@.h"
int main(void)
{
  static @_context network;
  static uint8_t sample[%_INPUT_BYTES];
  uint32_t i;
  while (fread(sample, 1, sizeof sample, stdin) == sizeof sample) {
    printf("%d", @_run(&network, sample));
    for (i = 0; i < %_CLASSES; i++) printf(" %ld", (long)@_value(&network, i));
    printf("\\n");
  }
  return 0;
}
"""


def main(source, data, count, output):
    source = Path(source)
    with tempfile.TemporaryDirectory() as folder:
        text = MAIN.replace("@", source.stem).replace("%_", source.stem.upper() + "_")
        Path(folder, "main.c").write_text(text)
        subprocess.run(
            [os.environ.get("CC", "gcc"), "-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-I", source.parent,
             "-o", f"{folder}/program", f"{folder}/main.c", source], check=True)
        ran = subprocess.run(
            f"{folder}/program", input=answers.samples(data, int(count)).tobytes(), stdout=subprocess.PIPE, check=True)
    rows = [[int(word) for word in line.split()] for line in ran.stdout.decode().splitlines()]
    answers.write(output, [row[1:] for row in rows])
    for number, row in enumerate(rows):
        assert row[0] == row[1:].index(max(row[1:])), f"sample {number}: the program's answer is not its largest value"


if __name__ == "__main__":
    main(*sys.argv[1:])
