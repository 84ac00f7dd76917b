"""Makes the recordings, sounds and images of this folder, and what is expected of them.

Files are written by the packages of others where these write the format, else byte by byte after the
format's specification; what is expected is what another package reads from the same file (PROVENANCE.md).
"""

import importlib.util
import io
import json
import os
import shutil
import struct
import sys
import zlib
from fractions import Fraction

import aedat
import dv_processing as dv
import event_stream
import expelliarmus
import faery
import h5py
import numpy as np
from PIL import Image

# The readers of tonic alone, without the networks that the package wants.
spec = importlib.util.spec_from_file_location(
    "tonic_io", os.path.join(importlib.util.find_spec("tonic").submodule_search_locations[0], "io.py"))
tonic = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tonic)

random = np.random.default_rng(20261201)
expected = {}
codes = {}


def draw(count, width, height, step=40):
    """Events (t, x, y, p) in the order of time."""
    t = np.cumsum(random.integers(0, step, count))
    return np.stack([t, random.integers(0, width, count), random.integers(0, height, count),
                     random.integers(0, 2, count)], 1).astype(np.int64)


def expect(name, width, height, t, x, y, p):
    expected[name] = {"width": int(width), "height": int(height),
                      "events": np.stack([t, x, y, p], 1).astype(int).reshape(-1).tolist()}


def agrees(name, events):
    """Whether faery, a second reader, finds the same events."""
    stream = faery.events_stream_from_file(name)
    array = stream.to_array()
    found = np.stack([array["t"], array["x"], array["y"], array["on"]], 1).astype(np.int64)
    assert (found == events).all() and len(found) == len(events), name
    return stream.dimensions()


# Prophesee

def prophesee():
    dtype = np.dtype({"names": ["t", "x", "y", "p"], "formats": ["<i8", "<i2", "<i2", "u1"],
                      "offsets": [0, 8, 10, 12], "itemsize": 16})
    # Below 4,096 microseconds: beyond, expelliarmus writes EVT 3.0 without the high bits of the time.
    events = draw(240, 640, 480, 16)
    array = np.zeros(len(events), dtype)
    for index, key in enumerate("txyp"):
        array[key] = events[:, index]
    for encoding, name, size in [("evt2", "evt2.raw", (640, 480)), ("evt3", "evt3.raw", (1280, 720)),
                                 ("dat", "cd.dat", (640, 480))]:
        expelliarmus.Wizard(encoding).save(name, array)
        if encoding == "dat":
            text = open(name, "rb").read().replace(b"% Version 2 \n", b"% Version 2\n% Width 640\n% Height 480\n")
            open(name, "wb").write(text)
        found = expelliarmus.Wizard(encoding).read(name)
        assert len(found) == len(events)
        expect(name, *size, found["t"], found["x"], found["y"], found["p"])
    assert agrees("evt3.raw", np.array(expected["evt3.raw"]["events"]).reshape(-1, 4)) == (1280, 720)

    # What expelliarmus neither writes nor reads: vectors among triggers and words of vendors.
    words, state, wanted = [], {"high": None, "low": None}, []

    def at(t):
        high, low = t >> 12 & 0xFFF, t & 0xFFF
        if high != state["high"]:
            words.append(0x8000 | high)
            state["low"] = 0 if state["high"] is not None else None
        if low != state["low"]:
            words.append(0x6000 | low)
        state.update(high=high, low=low)

    t = 100
    for index in range(40):
        at(t)
        y, base, on = int(random.integers(0, 480)), int(random.integers(0, 600)), int(random.integers(0, 2))
        words += [y, 0x3000 | on << 11 | base]
        for kind, count in [(4, 12), (4, 12), (5, 8)]:
            mask = int(random.integers(0, 1 << count)) & int(random.integers(0, 1 << count))
            words.append(kind << 12 | mask)
            wanted += [(t, base + bit, y, on) for bit in range(count) if mask >> bit & 1]
            base += count
        x, on = int(random.integers(0, 640)), int(random.integers(0, 2))
        words += [0x2000 | on << 11 | x, 0xA000, 0xE014, 0xF000, 0x7000]
        wanted.append((t, x, y, on))
        t += int(random.integers(0, 700))
    header = b"% evt 3.0\n% format EVT3;height=480;width=640\n% geometry 640x480\n% end\n"
    open("evt3-vectors.raw", "wb").write(header + np.array(words, "<u2").tobytes())
    wanted = np.array(wanted)
    assert agrees("evt3-vectors.raw", wanted) == (640, 480)
    expect("evt3-vectors.raw", 640, 480, *wanted.T)

    # Times beyond 32 bits, among triggers and words of vendors.
    words, wanted, t, high = [], [], 5_000_000_000, None
    for index in range(60):
        if t >> 6 != high:
            high = t >> 6
            words.append(8 << 28 | high & 0xFFFFFFF)
        x, y, on = int(random.integers(0, 320)), int(random.integers(0, 320)), int(random.integers(0, 2))
        words += [on << 28 | (t & 63) << 22 | x << 11 | y, 10 << 28, 14 << 28, 15 << 28]
        wanted.append((t, x, y, on))
        t += int(random.integers(0, 150))
    open("evt2-late.raw", "wb").write(
        b"% evt 2.0\n% plugin_name hal_plugin_genx320\n" + np.array(words, "<u4").tobytes())
    wanted = np.array(wanted)
    array = faery.events_stream_from_file("evt2-late.raw", dimensions_fallback=(320, 320)).to_array()
    assert (array["t"].astype(np.int64) == wanted[:, 0]).all() and (array["x"] == wanted[:, 1]).all()
    expect("evt2-late.raw", 320, 320, *wanted.T)


# Event Stream

def streams():
    events = draw(200, 304, 240, 300)
    array = np.array([(t, x, y, bool(p)) for t, x, y, p in events], event_stream.dvs_dtype)
    with event_stream.Encoder("dvs.es", "dvs", 304, 240) as encoder:
        encoder.write(array)
    with event_stream.Decoder("dvs.es") as decoder:
        found = np.concatenate(list(decoder))
    # Rows count from the bottom in the file, from the top for faery and for us.
    expect("dvs.es", 304, 240, found["t"], found["x"], 239 - found["y"].astype(int),
           found[found.dtype.names[3]])
    agrees("dvs.es", np.array(expected["dvs.es"]["events"]).reshape(-1, 4))
    exposure = random.integers(0, 4, len(events)) == 0
    array = np.array([(t, x, y, e, bool(p)) for (t, x, y, p), e in zip(events, exposure)],
                     event_stream.atis_dtype)
    with event_stream.Encoder("atis.es", "atis", 304, 240) as encoder:
        encoder.write(array)
    kept = events[~exposure]
    kept[:, 2] = 239 - kept[:, 2]
    agrees("atis.es", kept)
    expect("atis.es", 304, 240, *kept.T)


# AEDAT

def aedat4():
    events = draw(220, 346, 260)
    store = dv.EventStore()
    for t, x, y, p in events:
        store.push_back(1_600_000_000_000_000 + int(t), int(x), int(y), bool(p))
    kinds = dv.CompressionType
    for name, kind in [("none", kinds.NONE), ("lz4", kinds.LZ4), ("zstd", kinds.ZSTD)]:
        config = dv.io.MonoCameraWriter.Config("camera")
        config.compression = kind
        config.addEventStream((346, 260))
        config.addImuStream()
        writer = dv.io.MonoCameraWriter(f"{name}.aedat4", config)
        writer.setPackagingCount(90)
        writer.writeEvents(store)
        del writer
        decoder = aedat.Decoder(f"{name}.aedat4")
        found = np.concatenate([packet["events"] for packet in decoder if "events" in packet])
        assert len(found) == len(events)
        expect(f"{name}.aedat4", 346, 260, found["t"], found["x"], found["y"], found["on"])


def aedat2(name, chip, words):
    head = f"#!AER-DAT2.0\r\n# This is a raw AE data file - do not edit\r\n# AEChip: {chip}\r\n"
    open(name, "wb").write(head.encode() + np.array(words, ">u4").tobytes())


def old_aedat():
    events = draw(150, 128, 128)
    words = []
    for t, x, y, p in events:
        words += [(127 - x) << 1 | (127 - y) << 8 | 1 - p, t]
    # Bit 15: an external signal.
    words += [0x8000, events[-1, 0]]
    aedat2("dvs128.aedat", "ch.unizh.ini.jaer.chip.retina.DVS128", words)
    expect("dvs128.aedat", 128, 128, *events.T)

    events = draw(150, 346, 260)
    words = []
    for index, (t, x, y, p) in enumerate(events):
        words += [(345 - x) << 12 | (259 - y) << 22 | p << 11, t]
        if index % 10 == 0:
            words += [1 << 31 | 77 << 12, t, 1 << 10 | 3, t]
    aedat2("davis346.aedat", "eu.seebetter.ini.chips.davis.DAVIS346B", words)
    expect("davis346.aedat", 346, 260, *events.T)
    # tonic reads samples of images and external signals as events, too: they are left out.
    version, start, _ = tonic.read_aedat_header_from_file("davis346.aedat")
    address = tonic.get_aer_events_from_file("davis346.aedat", version, start)["address"]
    found = tonic.read_davis_346("davis346.aedat")[2][(address >> 31 == 0) & (address >> 10 & 1 == 0)]
    assert (np.stack([found[key] for key in "txyp"], 1).astype(np.int64) == events).all()

    events = draw(150, 240, 180)
    events[:, 0] += (1 << 31) - 2_000
    data = b"#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DAVIS240C\r\n#!END-HEADER\r\n"
    for start in range(0, len(events), 40):
        part = events[start:start + 40]
        for over in sorted(set(part[:, 0] >> 31)):
            packet = b""
            rows = part[part[:, 0] >> 31 == over]
            for t, x, y, p in rows:
                packet += struct.pack("<II", int(x << 17 | y << 2 | p << 1 | 1), int(t & 0x7FFFFFFF))
            # An event that does not count, and room that is not used.
            packet += struct.pack("<II", 0xFFFFFFFE, 5) + bytes(16)
            data += struct.pack("<hhiiiiii", 1, 1, 8, 4, int(over), len(rows) + 3, len(rows) + 1, len(rows))
            data += packet
        data += struct.pack("<hhiiiiii", 3, 1, 36, 4, 0, 1, 1, 1) + bytes(36)
    open("cd31.aedat", "wb").write(data)
    expect("cd31.aedat", 240, 180, *events.T)


# Spikes of a cochlea

def heidelberg():
    with h5py.File("shd.h5", "w") as file:
        for name, kind in [("times", np.float16), ("units", np.uint16)]:
            file.create_dataset(f"spikes/{name}", (6,), h5py.vlen_dtype(kind))
        file["labels"] = np.array([3, 0, 1, 3, 2, 1], np.uint16)
        file["extra/speaker"] = np.zeros(6, np.uint16)
        file["extra/keys"] = np.array([b"zero", b"one"])
        for index in range(6):
            count = int(random.integers(5, 60))
            times = np.sort(random.random(count)).astype(np.float16)
            file["spikes/times"][index] = times
            file["spikes/units"][index] = random.integers(0, 700, count).astype(np.uint16)
    with h5py.File("shd.h5") as file:
        for index in range(6):
            times, units = file["spikes/times"][index], file["spikes/units"][index]
            micro = np.round(times.astype(np.float64) * 1e6).astype(np.int64)
            expect(f"shd.h5/{index}", 700, 1, micro, units, np.zeros(len(micro), int), np.ones(len(micro), int))
    expected["shd.h5"] = {"labels": [3, 0, 1, 3, 2, 1]}


# Sounds

def wave(name, kind, bits, samples, rate=8000, extensible=False, extra=b""):
    channels = samples.shape[1]
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", 0xFFFE if extensible else kind, channels, rate, rate * block, block, bits)
    if extensible:
        form += struct.pack("<HHIH", 22, bits, 0, kind) + b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"
    if kind == 3:
        body = samples.astype(f"<f{bits // 8}").tobytes()
    elif bits == 8:
        body = (samples * 128 + 128).clip(0, 255).astype(np.uint8).tobytes()
    else:
        scaled = np.round(samples * 2 ** (bits - 1)).clip(-2 ** (bits - 1), 2 ** (bits - 1) - 1).astype("<i8")
        raw = scaled.reshape(-1, 1).view(np.uint8).reshape(-1, 8)[:, :bits // 8]
        body = raw.tobytes()
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + extra + b"data" + struct.pack("<I", len(body)) + body
    data = b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks
    open(name, "wb").write(data)
    return body


def levels(samples, rate, hop, bands, steps):
    """The filter bank once more, by numpy's transform and a logarithm."""
    hop = max(1, rate * hop // 1_000_000)
    length = max(hop, rate * 25_000 // 1_000_000)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(length) + 0.5) / length)
    window /= window.sum() / 2
    size = 2
    while size < length:
        size *= 2
    corners = 700 * np.expm1(np.linspace(0, np.log1p(rate / 2 / 700), bands + 2)) / rate * size
    bins = np.arange(size // 2 + 1)
    result = np.zeros((steps, bands))
    for step in range(steps):
        part = samples[step * hop:step * hop + length]
        power = np.abs(np.fft.rfft(np.pad(part * window[:len(part)], (0, length - len(part))), size)) ** 2
        for band in range(bands):
            left, middle, right = corners[band:band + 3]
            weights = np.minimum((bins - left) / (middle - left), (right - bins) / (right - middle)).clip(0)
            if not weights.any():
                weights[min(size // 2, int(round(middle)))] = 1
            result[step, band] = weights @ power
    decibels = 10 * np.log10(np.maximum(result, 1e-300))
    return np.floor((decibels + 80) / 80 * 255).clip(0, 255).astype(int)


def sounds():
    t = np.arange(900) / 8000
    tone = 0.5 * np.sin(2 * np.pi * (300 + 2000 * t) * t) + 0.05 * random.standard_normal(900)
    mono = tone.reshape(-1, 1)
    stereo = np.stack([tone, tone[::-1]], 1)
    for name, kind, bits, samples, extensible, extra in [
            ("pcm8.wav", 1, 8, mono, False, b""), ("pcm16.wav", 1, 16, mono, False, b""),
            ("pcm24.wav", 1, 24, stereo, True, b""), ("pcm32.wav", 1, 32, mono, False, b"LIST\x03\x00\x00\x00abc\x00"),
            ("real32.wav", 3, 32, stereo, False, b""), ("real64.wav", 3, 64, mono, False, b"")]:
        wave(name, kind, bits, samples, extensible=extensible, extra=extra)
        if kind == 3:
            values = samples.astype(f"f{bits // 8}").astype(np.float64)
        elif bits == 8:
            values = ((samples * 128 + 128).clip(0, 255).astype(np.uint8).astype(np.float64) - 128) / 128
        else:
            values = np.round(samples * 2 ** (bits - 1)) / 2 ** (bits - 1)
        expected[name] = {"rate": 8000, "samples": values.mean(1)[::30].tolist()}
        if name == "pcm16.wav":
            expected[name]["levels"] = levels(values.mean(1), 8000, 10_000, 20, 14).reshape(-1).tolist()


# Images

def exact_axis(start, end):
    """Weights of one axis as fractions, after the sentences of docs/data.md."""
    rows = []
    for i in range(end):
        weights = {}
        if end <= start:
            low, high = Fraction(i * start, end), Fraction((i + 1) * start, end)
            for s in range(start):
                part = min(high, s + 1) - max(low, s)
                if part > 0:
                    weights[s] = part / (high - low)
        else:
            place = min(max(Fraction(0), Fraction((2 * i + 1) * start, 2 * end) - Fraction(1, 2)), Fraction(start - 1))
            s = int(place)
            weights[s] = 1 - (place - s)
            if place > s:
                weights[s + 1] = place - s
        rows.append(weights)
    return rows


def exact_resize(pixels, width, height):
    rows, columns = exact_axis(pixels.shape[0], height), exact_axis(pixels.shape[1], width)
    result = []
    for y in range(height):
        for x in range(width):
            for c in range(pixels.shape[2]):
                value = sum(a * b * int(pixels[s, r, c]) for s, a in rows[y].items() for r, b in columns[x].items())
                result.append(int(value + Fraction(1, 2)))
    return result


def images():
    y, x = np.mgrid[0:23, 0:30]
    colour = np.stack([x * 8 + y, 255 - y * 11, (x * y) % 256], 2).clip(0, 255).astype(np.uint8)
    colour[5:9, 5:9] = random.integers(0, 256, (4, 4, 3))
    grey = colour.mean(2).astype(np.uint8)
    alpha = np.concatenate([colour, random.integers(0, 256, (23, 30, 1), dtype=np.uint8)], 2)
    made = {
        "grey.png": (Image.fromarray(grey), {}), "colour.png": (Image.fromarray(colour), {}),
        "alpha.png": (Image.fromarray(alpha), {}),
        "palette.png": (Image.fromarray(colour).quantize(16), {}),
        "bilevel.png": (Image.fromarray(grey).convert("1"), {}),
        "grey.jpg": (Image.fromarray(grey), {"quality": 90}),
        "colour.jpg": (Image.fromarray(colour), {"quality": 85}),
        "sampled.jpeg": (Image.fromarray(colour), {"quality": 75, "subsampling": 2}),
        "progressive.jpg": (Image.fromarray(colour), {"quality": 85, "progressive": True}),
    }
    for name, (image, options) in made.items():
        image.save(name, **options)
        read = Image.open(name)
        read = read.convert("L" if read.mode in ("1", "L") else "RGB")
        # Transparency is left out: the colour below counts.
        if name == "alpha.png":
            read = Image.fromarray(np.array(Image.open(name))[:, :, :3])
        pixels = np.array(read)
        pixels = pixels if pixels.ndim == 3 else pixels[:, :, None]
        expected[name] = {"shape": list(pixels.shape), "pixels": pixels.tobytes().hex()}
    deep = (x * 2000 + y * 31).astype(np.uint16)
    png("deep.png", 30, 23, 16, 0, deep.astype(">u2").tobytes())
    expected["deep.png"] = {"shape": [23, 30, 1],
                            "pixels": ((deep.astype(np.int64) * 255 + 32895) >> 16).astype(np.uint8).tobytes().hex()}
    for name, width, height in [("colour.png", 10, 7), ("colour.png", 41, 37), ("colour.png", 9, 40),
                                ("grey.png", 28, 28), ("grey.png", 1, 1)]:
        shape = expected[name]["shape"]
        pixels = np.frombuffer(bytes.fromhex(expected[name]["pixels"]), np.uint8).reshape(shape)
        expected[f"{name}@{width}x{height}"] = {"pixels": bytes(exact_resize(pixels, width, height)).hex()}
    expected["colour.png@grey"] = {
        "pixels": Image.fromarray(colour).convert("L").tobytes().hex()}


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(name, width, height, bits, kind, body, extra=b"", stride=None):
    stride = stride or len(body) // max(1, height)
    rows = b"".join(b"\0" + body[i * stride:(i + 1) * stride] for i in range(min(height, 4096)))
    head = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    open(name, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra
                           + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


# Bad files

def bad(name, code, data):
    codes[name] = code
    open(f"bad/{name}", "wb").write(data)


def bad_files():
    def read(name):
        return open(name, "rb").read()

    def words(*values, kind="<u4"):
        return np.array(values, np.uint64).astype(kind).tobytes()

    # EVT 2.0, EVT 3.0, DAT
    evt2, sized = b"% evt 2.0\n", b"% evt 2.0\n% geometry 640x480\n"
    time = 8 << 28 | 100
    bad("empty.raw", "data.bad-magic", b"")
    bad("no-header.raw", "data.bad-magic", bytes(64))
    bad("long-line.raw", "data.bad-magic", b"% evt 2.0" + b" " * 70_000)
    bad("other-evt.raw", "data.bad-magic", b"% evt 4.0\n" + bytes(8))
    bad("evt2-no-size.raw", "data.unsupported", evt2 + words(time, 0))
    bad("evt2-huge-size.raw", "data.unsupported", b"% evt 2.0\n% geometry 99999x2\n" + words(time, 0))
    bad("evt2-no-events.raw", "data.empty", sized)
    bad("evt2-no-time.raw", "data.empty", sized + words(1 << 28, 0))
    bad("evt2-cut.raw", "data.truncated", sized + words(time, 0) + b"\1")
    bad("evt2-column.raw", "data.corrupt", sized + words(time, 640 << 11))
    bad("evt2-row.raw", "data.corrupt", sized + words(time, 480))
    bad("evt2-type.raw", "data.corrupt", sized + words(time, 5 << 28))
    bad("evt2-backwards.raw", "data.corrupt", sized + words(time, 5 << 22, 4 << 22))
    bad("evt2-high-falls.raw", "data.corrupt", sized + words(time, 0, time - 1, 0))
    head3 = b"% evt 3.0\n% format EVT3;height=480;width=640\n"
    bad("evt3-no-events.raw", "data.empty", head3)
    bad("evt3-no-row.raw", "data.empty", head3 + words(0x8001, 0x6001, 0x2001, kind="<u2"))
    bad("evt3-cut.raw", "data.truncated", head3 + words(0x8001, kind="<u2") + b"\1")
    bad("evt3-type.raw", "data.corrupt", head3 + words(0x8001, 0x1000, kind="<u2"))
    bad("evt3-vector.raw", "data.corrupt",
        head3 + words(0x8001, 0x0001, 0x3000 | 639, 0x4FFF, kind="<u2"))
    bad("evt3-far-vectors.raw", "data.corrupt",
        head3 + words(0x8001, 0x0001, 0x3000, *[0x4000] * 200, 0x4001, kind="<u2"))
    bad("evt3-backwards.raw", "data.corrupt",
        head3 + words(0x8001, 0x0001, 0x6009, 0x2001, 0x6008, 0x2001, kind="<u2"))
    bad("evt3-no-size.raw", "data.unsupported", b"% evt 3.0\n" + words(0x8001, kind="<u2"))
    dat = b"% Data file containing CD events\n% Version 2\n% Width 640\n% Height 480\n"
    bad("empty.dat", "data.bad-magic", b"")
    bad("no-header.dat", "data.bad-magic", bytes(32))
    bad("header-only.dat", "data.truncated", dat)
    bad("no-events.dat", "data.empty", dat + b"\x0c\x08")
    bad("kind.dat", "data.unsupported", dat + b"\x28\x08" + bytes(8))
    bad("size.dat", "data.unsupported", dat + b"\x0c\x10" + bytes(16))
    bad("version.dat", "data.unsupported", dat.replace(b"Version 2", b"Version 1") + b"\x0c\x08" + bytes(8))
    bad("cut.dat", "data.truncated", dat + b"\x0c\x08" + bytes(9))
    bad("column.dat", "data.corrupt", dat + b"\x0c\x08" + words(0, 640))
    bad("row.dat", "data.corrupt", dat + b"\x0c\x08" + words(0, 480 << 14))
    bad("polarity.dat", "data.corrupt", dat + b"\x0c\x08" + words(0, 2 << 28))
    bad("backwards.dat", "data.corrupt", dat + b"\x0c\x08" + words(9, 0, 8, 0))
    bad("no-size.dat", "data.unsupported", b"% Data file\n\x0c\x08" + words(9, 0))

    # Event Stream
    stream = b"Event Stream\x02\x00\x00"
    size = struct.pack("<HH", 304, 240)
    bad("empty.es", "data.bad-magic", b"")
    bad("other.es", "data.bad-magic", b"Event Scream\x02\x00\x00\x01" + size)
    bad("version-1.es", "data.unsupported", b"Event Stream\x01\x00\x00\x01" + size)
    bad("generic.es", "data.unsupported", stream + b"\x00\x00\x0aLorem")
    bad("color.es", "data.unsupported", stream + b"\x04" + size + bytes(8))
    bad("short-header.es", "data.truncated", stream)
    bad("no-size.es", "data.truncated", stream + b"\x01\x01")
    bad("no-columns.es", "data.corrupt", stream + b"\x01\x00\x00\x01\x00")
    bad("no-events.es", "data.empty", stream + b"\x01" + size + b"\xff\xfe")
    bad("only-exposure.es", "data.empty", stream + b"\x02" + size + b"\x01\x00\x00\x00\x00")
    bad("cut.es", "data.truncated", stream + b"\x01" + size + b"\x00\x01\x00\x01")
    bad("column.es", "data.corrupt", stream + b"\x01" + size + b"\x00\x30\x01\x00\x00")
    bad("row.es", "data.corrupt", stream + b"\x02" + size + b"\x00\x00\x00\xf0\x00")

    # AEDAT 2.0 and 3.1
    head2 = b"#!AER-DAT2.0\r\n# AEChip: x.DVS128\r\n"
    davis = b"#!AER-DAT2.0\r\n# AEChip: x.DAVIS240C\r\n"
    bad("empty.aedat", "data.bad-magic", b"")
    bad("aedat1.aedat", "data.bad-magic", b"#!AER-DAT1.0\r\n" + bytes(6))
    bad("chip.aedat", "data.unsupported", b"#!AER-DAT2.0\r\n" + bytes(8))
    bad("cut2.aedat", "data.truncated", head2 + bytes(9))
    bad("no-events2.aedat", "data.empty", head2 + words(0x8000, 1, kind=">u4"))
    bad("backwards2.aedat", "data.corrupt", head2 + words(0, 9, 0, 8, kind=">u4"))
    bad("column2.aedat", "data.corrupt", davis + words(240 << 12, 9, kind=">u4"))
    bad("row2.aedat", "data.corrupt", davis + words(180 << 22, 9, kind=">u4"))
    head3 = b"#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DAVIS240C\r\n#!END-HEADER\r\n"

    def packet(data, size=8, over=0, capacity=None, count=None, kind=1):
        number = len(data) // 8 if count is None else count
        return struct.pack("<hhiiiiii", kind, 1, size, 4, over, number if capacity is None else capacity,
                           number, number) + data

    bad("no-end3.aedat", "data.truncated", b"#!AER-DAT3.1\r\n#Source 1: DVS128\r\n" + bytes(40))
    bad("packed3.aedat", "data.unsupported", head3.replace(b"RAW", b"SerializedTS"))
    bad("chip3.aedat", "data.unsupported", head3.replace(b"DAVIS240C", b"eDVS"))
    bad("no-events3.aedat", "data.empty", head3)
    bad("cut3.aedat", "data.truncated", head3 + packet(words(1, 5))[:-1])
    bad("short-packet3.aedat", "data.truncated", head3 + bytes(27))
    bad("capacity3.aedat", "data.truncated", head3 + packet(words(1, 5), capacity=1 << 30))
    bad("count3.aedat", "data.corrupt", head3 + packet(words(1, 5), capacity=1, count=2))
    bad("negative3.aedat", "data.corrupt", head3 + packet(words(1, 5), over=-1))
    bad("size3.aedat", "data.corrupt", head3 + packet(words(1, 5), size=4))
    bad("zero-size3.aedat", "data.corrupt", head3 + packet(b"", size=0, count=7))
    bad("column3.aedat", "data.corrupt", head3 + packet(words(240 << 17 | 1, 5)))
    bad("row3.aedat", "data.corrupt", head3 + packet(words(180 << 2 | 1, 5)))
    bad("backwards3.aedat", "data.corrupt", head3 + packet(words(1, 5)) + packet(words(1, 4)))

    # AEDAT 4
    plain, packed, frames = read("none.aedat4"), read("lz4.aedat4"), read("zstd.aedat4")
    end = 14 + 4 + struct.unpack("<I", plain[14:18])[0]
    bad("empty.aedat4", "data.bad-magic", b"")
    bad("line.aedat4", "data.unsupported", b"#!AER-DAT4.0\r\n")
    bad("version.aedat4", "data.unsupported", b"#!AER-DAT4.7\r\n" + plain[14:])
    bad("cut-header.aedat4", "data.truncated", plain[:300])
    bad("cut.aedat4", "data.corrupt", plain[:end + 400])
    bad("identifier.aedat4", "data.corrupt", plain.replace(b"IOHE", b"IOHX", 1))
    bad("root.aedat4", "data.corrupt", plain[:18] + words(1 << 30) + plain[22:])
    bad("events.aedat4", "data.corrupt", plain.replace(b"EVTS\0", b"EVTX\0", 1))
    bad("no-stream.aedat4", "data.empty", plain.replace(b">EVTS<", b">FRME<", 1))
    bad("no-size.aedat4", "data.unsupported", plain.replace(b">346<", b">abc<", 1))
    bad("small-sensor.aedat4", "data.corrupt", plain.replace(b">346<", b">046<", 1))
    bad("packed.aedat4", "data.corrupt", packed[:-40 - len(packed) // 3])
    for name, data, start in [("lz4", packed, b"\x04\x22\x4d\x18"), ("zstd", frames, b"\x28\xb5\x2f\xfd")]:
        place = data.index(start)
        bad(f"{name}-magic.aedat4", "data.corrupt", data[:place] + b"\0\0" + data[place + 2:])
        bad(f"{name}-body.aedat4", "data.corrupt", data[:place + 60] + b"\xff" * 40 + data[place + 100:])

    # SHD
    def heidelberg(name, code, change):
        codes[name] = code
        with h5py.File(f"bad/{name}", "w") as file:
            for key, kind, values in [("times", np.float64, [0.1, 0.2]), ("units", np.int32, [5, 6])]:
                file.create_dataset(f"spikes/{key}", (2,), h5py.vlen_dtype(kind))
                for index in range(2):
                    file[f"spikes/{key}"][index] = np.array(values, kind)
            file["labels"] = np.array([0, 1])
            change(file)

    def replace(key, values, kind=None):
        def change(file):
            if key in file:
                del file[key]
            if values is None:
                return
            if kind:
                file.create_dataset(key, (len(values),), h5py.vlen_dtype(kind))
                for index, value in enumerate(values):
                    file[key][index] = np.array(value, kind)
            else:
                file[key] = np.array(values)
        return change

    bad("empty.h5", "data.bad-magic", b"")
    bad("other.h5", "data.bad-magic", b"not HDF5" * 100)
    bad("cut.h5", "data.corrupt", read("shd.h5")[:3000])
    heidelberg("no-labels.h5", "data.missing-array", replace("labels", None))
    heidelberg("no-times.h5", "data.missing-array", replace("spikes/times", None))
    heidelberg("matrix.h5", "data.missing-array", replace("spikes/units", [[1, 2], [3, 4]]))
    heidelberg("few-labels.h5", "data.count-mismatch", replace("labels", [1]))
    heidelberg("half-label.h5", "data.label-out-of-range", replace("labels", [0.5, 1]))
    heidelberg("unit.h5", "data.corrupt", replace("spikes/units", [[5, 700], [1, 2]], np.int32))
    heidelberg("negative-unit.h5", "data.corrupt", replace("spikes/units", [[-1, 7], [1, 2]], np.int32))
    heidelberg("half-unit.h5", "data.corrupt", replace("spikes/units", [[0.5, 7], [1, 2]], np.float32))
    heidelberg("lengths.h5", "data.corrupt", replace("spikes/units", [[5], [1, 2]], np.int32))
    heidelberg("nan.h5", "data.corrupt", replace("spikes/times", [[np.nan, 1], [1, 2]], np.float64))
    heidelberg("huge-time.h5", "data.corrupt", replace("spikes/times", [[1e300, 1e301], [1, 2]], np.float64))
    heidelberg("backwards.h5", "data.corrupt", replace("spikes/times", [[2, 1], [1, 2]], np.float64))
    heidelberg("silent.h5", "data.empty", lambda file: (
        replace("spikes/times", [[], [1]], np.float64)(file), replace("spikes/units", [[], [1]], np.int32)(file)))

    # WAV
    good = read("pcm16.wav")

    def form(kind=1, channels=1, rate=8000, block=2, bits=16):
        return struct.pack("<HHIIHH", kind, channels, rate, rate * block & 0xFFFFFFFF, block, bits)

    def wav(form, body, size=None):
        return (b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<I", len(form)) + form + b"data"
                + struct.pack("<I", len(body) if size is None else size) + body)

    bad("empty.wav", "data.bad-magic", b"")
    bad("aiff.wav", "data.bad-magic", b"FORM" + good[4:])
    bad("no-chunks.wav", "data.truncated", good[:12])
    bad("no-data.wav", "data.truncated", good[:36])
    bad("cut.wav", "data.truncated", good[:-1])
    bad("streaming.wav", "data.truncated", wav(form(), bytes(20), size=0xFFFFFFFF))
    bad("data-first.wav", "data.corrupt", b"RIFF\0\0\0\0WAVEdata\4\0\0\0abcd")
    bad("short-form.wav", "data.truncated", wav(form()[:14], bytes(20)))
    bad("mulaw.wav", "data.unsupported", wav(form(kind=7, block=1, bits=8), bytes(20)))
    bad("bits-12.wav", "data.unsupported", wav(form(bits=12), bytes(20)))
    bad("no-channels.wav", "data.corrupt", wav(form(channels=0, block=0), bytes(20)))
    bad("block.wav", "data.corrupt", wav(form(block=4), bytes(20)))
    bad("rate.wav", "data.corrupt", wav(form(rate=0), bytes(20)))
    bad("odd.wav", "data.truncated", wav(form(), bytes(21)))
    bad("silent.wav", "data.empty", wav(form(), b""))
    bad("nan.wav", "data.corrupt", wav(form(kind=3, block=4, bits=32), b"\0\0\xc0\x7f" * 4))

    # Images
    image = read("colour.png")
    bad("empty.png", "data.bad-magic", b"")
    bad("text.png", "data.bad-magic", b"hello")
    bad("gif.png", "data.bad-magic", b"GIF89a" + bytes(40))
    bad("signature.png", "data.corrupt", image[:8])
    bad("cut.png", "data.corrupt", image[:len(image) // 2])
    bad("no-end.png", "data.corrupt", image[:-12])
    bad("crc.png", "data.corrupt", image[:60] + bytes([image[60] ^ 1]) + image[61:])
    png("bad/wide.png", 1 << 20, 1, 8, 0, b"", stride=1)
    codes["wide.png"] = "data.corrupt"
    png("bad/large.png", 16_384, 16_384, 8, 2, b"", stride=1)
    codes["large.png"] = "data.too-large"
    png("bad/no-pixels.png", 0, 5, 8, 0, b"", stride=1)
    codes["no-pixels.png"] = "data.corrupt"
    png("bad/short-rows.png", 30, 30, 8, 2, bytes(40), stride=4)
    codes["short-rows.png"] = "data.corrupt"
    png("bad/bits.png", 4, 4, 3, 0, bytes(16))
    codes["bits.png"] = "data.corrupt"
    photo = read("colour.jpg")
    size = photo.index(b"\xff\xc0") + 5
    bad("empty.jpg", "data.bad-magic", b"")
    bad("cut.jpg", "data.corrupt", photo[:len(photo) // 2])
    bad("no-end.jpg", "data.corrupt", photo[:-2])
    bad("start.jpg", "data.corrupt", photo[:4])
    bad("large.jpg", "data.too-large", photo[:size] + b"\xff\x00\xff\x00" + photo[size + 4:])
    bad("no-rows.jpg", "data.corrupt", photo[:size] + b"\0\0" + photo[size + 2:])
    bad("twelve-bits.jpg", "data.corrupt", photo[:size - 1] + b"\x0c" + photo[size:])
    bytes_ = io.BytesIO()
    Image.new("CMYK", (8, 8)).save(bytes_, "JPEG")
    bad("cmyk.jpg", "data.corrupt", bytes_.getvalue())
    slow = read("progressive.jpg")
    scan = slow.rindex(b"\xff\xda")
    bad("many-scans.jpg", "data.corrupt", slow[:scan] + slow[scan:-2] * 200 + b"\xff\xd9")


os.chdir(os.path.dirname(os.path.abspath(sys.argv[0])))
shutil.rmtree("bad", ignore_errors=True)
os.mkdir("bad")
for part in [prophesee, streams, aedat4, old_aedat, heidelberg, sounds, images, bad_files]:
    part()
with open("expected.json", "w") as file:
    file.write("{\n" + ",\n".join(f" {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}"
                                  for k, v in sorted(expected.items())) + "\n}\n")
with open("bad/expected.json", "w") as file:
    json.dump(codes, file, indent=1, sort_keys=True)
    file.write("\n")
os.system("rm -f SHA256SUMS; find . -type f ! -name '*.md' ! -name make.py ! -name SHA256SUMS | sort | cut -c3- | "
          "xargs sha256sum > SHA256SUMS")
