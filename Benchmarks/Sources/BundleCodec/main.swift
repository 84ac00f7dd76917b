// Speed of whole bundles: BundleCodec COUNT ROUNDS. One dense layer of COUNT weights becomes the bytes of a
// file and comes back, with all checks. Prints one line of JSON for each case; rates are medians in processor
// time, in millions of weights a second.

import Foundation
import SpikeBundle
import SpikeBytes

let arguments = CommandLine.arguments
guard arguments.count == 3, let count = Int(arguments[1]), count > 0,
  let rounds = Int(arguments[2]), rounds > 0
else {
  FileHandle.standardError.write(Data("usage: BundleCodec COUNT ROUNDS\n".utf8))
  exit(64)
}

func bundle(_ entries: Int, _ zeros: Double) -> SpikeBundle.Bundle {
  var random = SplitMix64(seed: UInt64(entries))
  let zero = entries / 2
  return SpikeBundle.Bundle(
    name: "b", producer: "BundleCodec", target: "none", arithmetic: .plain, timeSteps: 1,
    input: InputPort(shape: [count], bits: 1),
    populations: [
      Population(
        name: "o", shape: [1], model: "LI", reset: nil, spikesAboveOnly: false, thresholds: [],
        biases: [])
    ],
    projections: [
      Projection(
        name: "w", sources: [.input], target: 0, kind: .dense, weightShape: [1, count],
        codebooks: [0],
        indices: (0..<count).map { _ in
          random.uniform() < zeros ? UInt8(zero) : UInt8(random.integer(below: entries))
        })
    ],
    codebooks: [
      Codebook(entries: (0..<entries).map { Int32($0 - zero) }, zeroIsAbsent: true, scale: 1)
    ], readout: .largestPotential)
}

/// Median rate of `body`, in millions of weights a second.
func rate(_ body: () throws -> Void) rethrows -> Int {
  var seconds: [Double] = []
  try body()
  for _ in 0..<rounds {
    // POSIX: a clock tick is a microsecond.
    let before = Foundation.clock()
    try body()
    seconds.append(Double(Foundation.clock() - before) / 1e6)
  }
  return Int(Double(count) / seconds.sorted()[rounds / 2] / 1e6)
}

for entries in [2, 4, 16, 256] {
  for zeros in [0, 0.5, 0.9, 0.99] {
    let made = bundle(entries, zeros)
    let bytes = try BundleFile.encode(made)
    guard try BundleFile.decode(bytes, name: "memory") == made else { exit(70) }
    let encode = try rate { _ = try BundleFile.encode(made) }
    let decode = try rate { _ = try BundleFile.decode(bytes, name: "memory") }
    print(
      "{\"M\":\(entries),\"zeros\":\(zeros),\"method\":\"whole file\",\"bytes\":\(bytes.count),"
        + "\"encode\":\(encode),\"decode\":\(decode)}")
  }
}
