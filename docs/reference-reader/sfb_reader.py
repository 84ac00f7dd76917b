#!/usr/bin/env python3
"""A second reader of sfconv bundles, written from docs/format.md alone. Plain Python.

    sfb_reader.py FILE...      prints one line of JSON for each file: the bundle, or its error

It needs libzstd (libzstd.so.1), which it calls by ctypes.
"""
import ctypes
import ctypes.util
import itertools
import json
import math
import struct
import sys
import unicodedata
import zlib

class BundleError(Exception): pass

def need(condition, code, message):
    if not condition:
        raise BundleError("bundle." + code, message)

def check(condition, message):
    need(condition, "invalid-value", message)

ZSTD = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
ZSTD.ZSTD_getFrameContentSize.restype = ctypes.c_ulonglong
for function in (ZSTD.ZSTD_findFrameCompressedSize, ZSTD.ZSTD_decompress):
    function.restype = ctypes.c_size_t

class Cursor:
    def __init__(self, data, what, code="invalid-value"):
        self.data, self.position, self.what, self.code = data, 0, what, code

    def take(self, count):
        need(self.position + count <= len(self.data), "truncated", f"{self.what} ends too early")
        self.position += count
        return self.data[self.position - count : self.position]

    def varint(self):
        value = 0
        for index in range(10):
            byte = self.take(1)[0]
            value |= (byte & 127) << (7 * index)
            if byte < 128:
                need(value < 1 << 64 and (byte or not index), self.code, f"varint in {self.what}")
                return value
        need(False, self.code, f"varint in {self.what}")

    def signed(self):
        value = unzigzag(self.varint())
        need(-(2**31) <= value < 2**31, self.code, f"integer in {self.what}")
        return value

    def finish(self):
        need(self.position == len(self.data), "invalid-structure", f"surplus bytes in {self.what}")

def unzigzag(value):
    return value >> 1 if value & 1 == 0 else -(value >> 1) - 1

def width(count):
    return (count - 1).bit_length() if count > 1 else 0

def unpack(data, count, bits):
    mask = (1 << bits) - 1
    surplus = data[-1] >> (count * bits % 8) if count * bits % 8 else 0
    need(surplus == 0, "invalid-structure", "bits behind packed numbers")
    result = []
    for start in range(0, count, 8):  # eight numbers are `bits` bytes
        group = int.from_bytes(data[start // 8 * bits : start // 8 * bits + bits], "little")
        result += [group >> (bits * j) & mask for j in range(min(8, count - start))]
    return result

def sections(data):
    magic = b"\xd3SFB\r\n\x1a\n"
    need(data and data[:8] == magic[: len(data)], "not-a-bundle", "magic")
    need(len(data) >= 24, "truncated", "header")
    version, _, flags, count, size, checksum = struct.unpack("<HHHHII", data[8:24])
    need(version == 1, "unsupported-version", f"version {version}")
    need(flags == 0, "unsupported-version", f"incompatible flags {flags}")
    need(count <= 64, "too-large", f"{count} sections")
    end = 24 + 16 * count
    need(len(data) >= max(end, size), "truncated", "file")
    need(zlib.crc32(data[:20] + data[24:end]) == checksum, "checksum-mismatch", "header")
    need(len(data) == size, "invalid-structure", "surplus bytes")
    result, last = {}, 0
    for row in range(count):
        kind, flags, offset, length, checksum = struct.unpack_from("<HHIII", data, 24 + 16 * row)
        need(kind > last, "invalid-structure", "section types do not ascend")
        need(flags & ~0x8001 == 0, "unsupported-version", f"section flags {flags}")
        need(offset == end and 0 < length <= len(data) - end, "invalid-structure", "section place")
        end, last = offset + length, kind
        stored = data[offset:end]
        need(zlib.crc32(stored) == checksum, "checksum-mismatch", f"section {kind}")
        if kind <= 8:
            result[kind] = (stored, flags & 1)
        else:
            need(flags & 0x8000, "unsupported-version", f"section type {kind}")
    need(end == len(data), "invalid-structure", "bytes behind the last section")
    return result

def content(parts, kind, limit):
    stored, compressed = parts.get(kind, (b"", 0))
    if not compressed:
        need(len(stored) <= limit, "too-large", f"section {kind}")
        return stored
    place, count = ctypes.c_char_p(stored), ctypes.c_size_t(len(stored))
    size = ZSTD.ZSTD_getFrameContentSize(place, count)  # a failure gives a number above all limits
    need(ZSTD.ZSTD_findFrameCompressedSize(place, count) == len(stored) and size < 1 << 62,
         "invalid-structure", "not exactly one frame with a content size")
    need(size <= limit, "too-large", f"section {kind}")
    buffer = ctypes.create_string_buffer(max(1, size))
    result = ZSTD.ZSTD_decompress(buffer, ctypes.c_size_t(size), place, count)
    need(result == size, "invalid-structure", "damaged zstd frame")
    return buffer.raw[:size]

# manifest: field number -> (name, type); '?' marks optional fields, '*' lists

METADATA = {1: ("name", "text"), 2: ("value", "text")}
POPULATION = {
    1: ("name", "text"), 2: ("shape", "u*"), 3: ("model", "u"), 4: ("reset", "u"),
    5: ("reset_value", "s?"), 6: ("spikes_above_only", "bool"), 7: ("threshold_count", "u"),
    8: ("bias_count", "u"), 9: ("initial_potential_count", "u"), 10: ("membrane_decay", "u"),
    11: ("current_decay", "u"), 12: ("scale", "float")}
PROJECTION = {
    1: ("name", "text"), 2: ("sources", "u*"), 3: ("target", "u"), 4: ("pooling", "u*"),
    5: ("kind", "u"), 6: ("weight_shape", "u*"), 7: ("strides", "u*"), 8: ("pads_before", "u*"),
    9: ("pads_after", "u*"), 10: ("dilations", "u*"), 11: ("groups", "u?"),
    12: ("codebook_steps", "s*"), 13: ("delay", "u"), 14: ("coding", "u"),
    15: ("nonzero_count", "u?"), 16: ("stream_bytes", "u?"), 17: ("source_delays", "u*")}
MANIFEST = {
    1: ("manifest_version", "u"), 2: ("name", "text"), 3: ("producer", "text"),
    4: ("target", "text"), 5: ("arithmetic", "u"), 6: ("time_steps", "u"),
    7: ("input_shape", "u*"), 8: ("input_bits", "u"), 9: ("populations", POPULATION),
    10: ("projections", PROJECTION), 11: ("codebook_count", "u"), 12: ("readout", "u"),
    13: ("labels", "text*"), 14: ("metadata", METADATA)}

def number(cursor, kind):
    value = cursor.varint()
    need(value < 1 << 32, "invalid-manifest", "number above 32 bits")
    return unzigzag(value) if kind == "s" else value

def text(data):
    try:
        result = data.decode("utf-8")
    except UnicodeDecodeError:
        need(False, "invalid-manifest", "text is not UTF-8")
    need("\0" not in result, "invalid-manifest", "NUL in a text")
    return result

def message(data, schema):
    result = {n: [] if isinstance(t, dict) or t[-1] == "*" else 0 for n, t in schema.values()}
    cursor, last, seen = Cursor(data, "manifest", "invalid-manifest"), 0, set()
    while cursor.position < len(data):
        key = cursor.varint()
        need(key >> 3 in schema, "invalid-manifest", f"field {key >> 3}")
        name, kind = schema[key >> 3]
        many = isinstance(kind, dict) or kind == "text*"
        need(key >> 3 > last or key >> 3 == last and many, "invalid-manifest", f"order of {name}")
        last = key >> 3
        seen.add(name)
        expected = 5 if kind == "float" else 0 if kind in ("u", "s", "u?", "s?", "bool") else 2
        need(key & 7 == expected, "invalid-manifest", f"wire type of {name}")
        if expected == 5:
            result[name] = struct.unpack("<f", cursor.take(4))[0]
        elif expected == 0:
            result[name] = value = number(cursor, kind[0])
            need(kind != "bool" or value <= 1, "invalid-manifest", "bool")
            need(kind[-1] != "?" or value, "invalid-manifest", f"{name} is written but 0")
        else:
            chunk = cursor.take(cursor.varint())
            if many:
                result[name].append(text(chunk) if kind == "text*" else message(chunk, kind))
            elif kind == "text":
                result[name] = text(chunk)
            else:
                numbers = Cursor(chunk, name, "invalid-manifest")
                need(chunk, "invalid-manifest", f"empty list {name}")
                while numbers.position < len(chunk):
                    result[name].append(number(numbers, kind[0]))
    for name, kind in schema.values():
        required = not isinstance(kind, dict) and kind[-1] not in "*?"
        need(not required or name in seen, "invalid-manifest", f"field {name} is missing")
    return result

def check_shape(shape, ranks=(1, 3)):
    check(len(shape) in ranks and all(1 <= s < 2**31 for s in shape), f"shape {shape}")
    need(math.prod(shape) < 2**31, "too-large", f"shape {shape}")

def check_manifest(manifest):
    for name in ("populations", "projections", "labels", "metadata"):
        need(len(manifest[name]) <= 65536, "too-large", name)
    new = any(p["target"] + 1 in p["sources"] or p["source_delays"]
              for p in manifest["projections"])
    need(manifest["manifest_version"] == (3 if new else 1 + (manifest["arithmetic"] > 2))
         and 1 <= manifest["arithmetic"] <= 6 and 1 <= manifest["readout"] <= 2,
         "invalid-manifest", "arithmetic, read-out or manifest version")
    names = [entry["name"].encode() for entry in manifest["metadata"]]
    need(all(a < b for a, b in zip(names, names[1:])), "invalid-manifest", "order of metadata")
    check(1 <= manifest["time_steps"] < 2**31 and 1 <= manifest["input_bits"] <= 8, "input")
    check_shape(manifest["input_shape"])
    for items in (manifest["populations"], manifest["projections"], manifest["metadata"]):
        names = [unicodedata.normalize("NFC", item["name"]) for item in items]
        check(len(set(names)) == len(names), "two names are equal")
    for p in manifest["populations"]:
        check_shape(p["shape"])
        channels, spikes = p["shape"][0], p["model"] != 4
        need(1 <= p["model"] <= 4 and p["reset"] <= 2 and (p["reset"] == 2 or not p["reset_value"]),
             "invalid-manifest", "model or reset")
        check((p["reset"] != 0) == spikes, "reset")
        check(p["threshold_count"] in ((1, channels) if spikes else (0,)), "thresholds")
        check(p["bias_count"] in (0, channels), "biases")
        check(p["initial_potential_count"] in (1, channels), "initial potentials")
        check(p["membrane_decay"] <= 4096 and p["current_decay"] <= 4096, "decay")
        check(math.isfinite(p["scale"]), "scale")

def check_projection(p, manifest, books):
    populations = manifest["populations"]
    convolution = p["kind"] == 2
    geometry = [p["strides"], p["pads_before"], p["pads_after"], p["dilations"]]
    need(p["kind"] in (1, 2) and 1 <= p["coding"] <= 4, "invalid-manifest", "kind or coding")
    need(convolution or (not any(geometry) and not p["groups"]), "invalid-manifest", "geometry")
    check(p["target"] < len(populations), "target")
    check(1 <= len(p["sources"]) <= 65536 and max(p["sources"]) <= p["target"] + 1, "sources")
    check(p["target"] + 1 not in p["sources"] or len(p["sources"]) == 1 and not convolution
          and not p["pooling"] and populations[p["target"]]["model"] != 4, "recurrence")
    shapes = [populations[s - 1]["shape"] if s else manifest["input_shape"] for s in p["sources"]]
    source, target, delays = shapes[0], populations[p["target"]]["shape"], p["source_delays"]
    check(not delays or len(delays) == math.prod(source)
          and min(delays) < max(delays) == p["delay"], "source delays")
    check(all(shape == source for shape in shapes), "sources of different shapes")
    if window := p["pooling"]:
        check(len(window) == 2 and len(source) == 3 and all(
            1 <= w <= s for w, s in zip(window, source[1:])), "pooling")
        source = [source[0], source[1] // window[0], source[2] // window[1]]
    weight = p["weight_shape"]
    check_shape(weight, (2, 4))
    if convolution:
        for values, least in zip(geometry, (1, 0, 0, 1)):
            check(len(values) == 2 and all(least <= v < 2**31 for v in values), "geometry")
        groups = p["groups"]
        check(1 <= groups < 2**31 and len(weight) == 4, "groups or weight shape")
        check(len(source) == 3 and len(target) == 3 and target[0] == weight[0], "channels")
        check(source[0] == weight[1] * groups and weight[0] % groups == 0, "groups")
        for a in range(2):
            room = source[a + 1] + p["pads_before"][a] + p["pads_after"][a]
            room -= (weight[a + 2] - 1) * p["dilations"][a] + 1
            check(room >= 0 and room // p["strides"][a] + 1 == target[a + 1], "output size")
    else:
        check(weight == [math.prod(target), math.prod(source)], "weight shape")
    numbers = list(itertools.accumulate(p["codebook_steps"]))
    check(len(numbers) in (1, weight[0]), "number of codebooks")
    check(all(0 <= n < len(books) for n in numbers), "codebook")
    check(p["delay"] <= 65535, "delay")
    p["codebooks"] = numbers

def read_codebooks(data, count):
    cursor = Cursor(data, "codebooks")
    sizes, flags = cursor.take(count), cursor.take(count)
    scales = [struct.unpack("<f", cursor.take(4))[0] for _ in range(count)]
    check(max(flags, default=0) <= 1 and all(map(math.isfinite, scales)), "flags or scale")
    books = []
    for size, flag, scale in zip(sizes, flags, scales):
        entries = [cursor.signed()]
        for _ in range(size):
            entries.append(entries[-1] + 1 + cursor.varint())
        check(entries[-1] < 2**31, "codebook entry")
        books.append({"entries": entries, "zero_is_absent": flag == 1, "scale": scale})
    cursor.finish()
    return books

def read_neurons(data, populations):
    cursor = Cursor(data, "neurons")
    for p in populations:
        for name in ("threshold", "bias", "initial_potential"):
            count = p[name + "_count"]
            need(count <= len(data) - cursor.position, "truncated", "neurons")
            p[name] = [cursor.signed() for _ in range(count)]
    cursor.finish()

def decode_coded(data, count, symbols):
    cursor = Cursor(data, "coded indices", "invalid-structure")
    parameters = cursor.take(1)[0]
    lanes, precision = 1 << (parameters & 15), 12 + (parameters >> 4)
    need(lanes <= 32 and precision in (12, 14), "invalid-structure", "coding parameters")
    frequencies = [cursor.varint() for _ in range(symbols - 1)]
    frequencies.append((1 << precision) - sum(frequencies))
    need(frequencies[-1] >= 0, "invalid-structure", "frequencies")
    table, starts = [], []
    for symbol, frequency in enumerate(frequencies):
        starts.append(len(table))
        table += [symbol] * frequency
    states = [int.from_bytes(cursor.take(4), "little") for _ in range(lanes)]
    need(min(states) >= 1 << 16, "invalid-structure", "state")
    result = []
    for i in range(count):
        x = states[i % lanes]
        slot = x & ((1 << precision) - 1)
        symbol = table[slot]
        x = frequencies[symbol] * (x >> precision) + slot - starts[symbol]
        if x < 1 << 16:
            x = x << 16 | int.from_bytes(cursor.take(2), "little")
        states[i % lanes] = x
        result.append(symbol)
    need(all(x == 1 << 16 for x in states), "invalid-structure", "final states")
    cursor.finish()
    return result

def decode_runs(runs, nonzeros, count):
    cursor, symbols, position = Cursor(runs, "zero runs"), [0] * count, 0
    for value in nonzeros:
        while (byte := cursor.take(1)[0]) == 255:
            position += 255
        position += byte
        need(position < count, "invalid-structure", "zero runs lead too far")
        symbols[position] = value + 1
        position += 1
    cursor.finish()
    return symbols

def pieces(p, books):
    count = math.prod(p["weight_shape"])
    mine = [books[n]["entries"] for n in p["codebooks"]]
    most = max(map(len, mine))
    zeros = [entries.index(0) for entries in mine] if all(0 in e for e in mine) else None
    nonzeros, stream, coding = p["nonzero_count"], p["stream_bytes"], p["coding"]
    limit = {3: nonzeros + count // 255, 4: 1 + 3 * 255 + 4 * 32 + 2 * count}.get(coding, 0)
    need(stream <= limit and nonzeros <= (count if coding in (2, 3) else 0)
         and (zeros or coding not in (2, 3)), "invalid-manifest", "coding")
    others = (7, (nonzeros * width(most - 1) + 7) // 8)
    sizes = {1: [(4, (count * width(most) + 7) // 8)], 2: [(5, (count + 7) // 8), others],
             3: [(6, stream), others], 4: [(8, stream)]}[coding]
    return sizes, count, most, zeros

def read_indices(parts, projections, books):
    plans = [pieces(p, books) for p in projections]
    total = {kind: 0 for kind in (4, 5, 6, 7, 8)}
    for kind, size in (piece for plan in plans for piece in plan[0]):
        total[kind] += size
    streams = {k: Cursor(content(parts, k, size), f"section {k}") for k, size in total.items()}
    need(all(len(streams[k].data) == total[k] for k in total), "invalid-structure", "sizes")
    for p, (sizes, count, most, zeros) in zip(projections, plans):
        data = [streams[kind].take(size) for kind, size in sizes]
        coding, others = p["coding"], []
        if coding in (2, 3):
            others = unpack(data[1], p["nonzero_count"], width(most - 1))
            need(all(o < most - 1 for o in others), "invalid-structure", "nonzero index")
        if coding == 1:
            indices = unpack(data[0], count, width(most))
        elif coding == 2:
            bits = unpack(data[0], count, 1)
            need(sum(bits) == len(others), "invalid-structure", "bitmap")
            rest = iter(others)
            indices = [next(rest) + 1 if bit else 0 for bit in bits]
        elif coding == 3:
            indices = decode_runs(data[0], others, count)
        else:
            indices = decode_coded(data[0], count, most)
        length = count // len(p["codebooks"])
        for channel, book in enumerate(p["codebooks"]):
            part = indices[channel * length : (channel + 1) * length]
            if coding != 1 and zeros:
                z = zeros[channel]
                part = [z if s == 0 else s - 1 if s <= z else s for s in part]
            check(not part or max(part) < len(books[book]["entries"]), "index")
            indices[channel * length : (channel + 1) * length] = part
        p["indices"] = indices

def read(data):
    """The bundle in `data` as plain dictionaries and lists."""
    parts = sections(data)
    need(1 in parts, "invalid-structure", "no manifest")
    manifest = message(content(parts, 1, 1 << 24), MANIFEST)
    need(manifest["manifest_version"] in (1, 2, 3), "unsupported-version", "manifest version")
    count, populations = manifest["codebook_count"], manifest["populations"]
    need(count <= 1 << 20, "too-large", "codebooks")
    books = read_codebooks(content(parts, 2, count * (6 + 256 * 10)), count)
    integers = sum(p[n + "_count"] for p in populations
                   for n in ("threshold", "bias", "initial_potential"))
    read_neurons(content(parts, 3, integers * 10), populations)
    check_manifest(manifest)
    for p in manifest["projections"]:
        check_projection(p, manifest, books)
    targets = [p["target"] for p in manifest["projections"]]
    check(targets == sorted(targets), "order of projections")
    need(sum(math.prod(p["weight_shape"]) for p in manifest["projections"]) <= 1 << 28,
         "too-large", "weights")
    read_indices(parts, manifest["projections"], books)
    return manifest | {"codebooks": books}

if __name__ == "__main__":
    for path in sys.argv[1:]:
        try:
            with open(path, "rb") as file:
                print(json.dumps(read(file.read())))
        except OSError as error:
            print(json.dumps({"error": "bundle.unreadable", "message": str(error)}))
        except BundleError as error:
            print(json.dumps({"error": error.args[0], "message": error.args[1]}))
