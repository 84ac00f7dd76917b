import SpikeBundle
import SpikeSimulate
import SpikeTestSupport

import struct SpikeBundle.Bundle

/// A random network that a reader of NIR should compute exactly, with an input.
struct NIRCase {
  let bundle: Bundle
  let values: [Int32]

  /// Networks inside what the reader computes exactly: its reset, its kinds of layers.
  init(_ seed: UInt64, for reader: NIRReader, leaks: Bool = false) {
    let isSoft = reader == .sinabs || reader == .rockpool
    let takesOneThreshold = reader == .snntorch || reader == .spikingjelly
    var options = RandomBundleOptions()
    options.arithmetic = leaks ? .loihiCuba : .plain
    options.leaks = leaks
    options.readsPotential = !leaks && seed % 3 == 1
    options.inputShape = seed % 2 == 0 || leaks ? [20] : [1, 8, 7]
    options.isChain = leaks || seed % 4 < 2
    options.convolves = reader != .rockpool
    options.pools = reader != .rockpool
    options.layers = 2 + Int(seed % 3)
    options.inputBits = seed % 5 == 0 && !leaks ? 4 : 1
    options.timeSteps = isSoft || leaks ? 12 : 6
    // Only positive weights keep sinabs' maps off their lower limit.
    options.weights = isSoft ? (seed % 2 == 0 ? -20...127 : 1...127) : -128...127
    var made = RandomBundle.make(seed: seed, options)
    for index in made.populations.indices {
      made.populations[index].initialPotentials = [0]
      made.populations[index].spikesAboveOnly = (seed + UInt64(index)) % 2 == 0
      made.populations[index].scale = [1, 0x1p-6, 0.3][Int(seed % 3)]
      if made.populations[index].reset != nil {
        made.populations[index].reset = isSoft ? .bySubtraction : .toValue(0)
      }
      if takesOneThreshold, let first = made.populations[index].thresholds.first {
        made.populations[index].thresholds = [first]
      }
      if isSoft && seed % 2 == 1 {
        made.populations[index].biases = made.populations[index].biases.map { max(0, $0) }
      }
      if made.populations[index].currentDecay < 4096 { made.populations[index].biases = [] }
      if reader == .sinabs { made.populations[index].currentDecay = 4096 }
    }
    if isSoft { Self.limitToOneSpikeAStep(&made) }
    self.init(made, seed: seed)
  }

  /// A network with an input at random.
  init(_ bundle: Bundle, seed: UInt64) {
    self.bundle = bundle
    var random = SeededGenerator(seed: seed)
    let largest = Int32(1 << bundle.input.bits) - 1
    values = (0..<bundle.input.shape.reduce(1, *)).map { _ in
      Int32.random(in: 0...largest, using: &random)
    }
  }

  /// Raises thresholds to what one step can add, so that no potential reaches twice its threshold.
  private static func limitToOneSpikeAStep(_ bundle: inout Bundle) {
    guard let bounds = try? IntegerSimulator(bundle).bounds else { return }
    for index in bundle.populations.indices where bundle.populations[index].reset != nil {
      let decay = Int64(max(1, bundle.populations[index].currentDecay))
      let steps = min(Int64(bundle.timeSteps), (4095 + decay) / decay)
      let most =
        bounds[index].sum.upperBound * steps + Int64(bundle.populations[index].biases.max() ?? 0)
      bundle.populations[index].thresholds = bundle.populations[index].thresholds.map {
        max($0, Int32(clamping: most), 1)
      }
    }
  }

  /// The value that the file has for integer 1 of the last population.
  var unit: Double {
    let scale = bundle.populations.last?.scale ?? 1
    return scale == 0x1p-6 ? 0x1p-6 : 1
  }

  /// What a reader must put out in each step: spikes, or what the read-out's potential gains.
  func expected() throws -> [[Double]] {
    let last = bundle.populations.count - 1
    let sample = values.map { UInt8($0 << Int32(8 - bundle.input.bits)) }
    let simulator = try IntegerSimulator(bundle)
    let trace = try simulator.trace(sample: sample)
    guard bundle.populations[last].reset == nil else {
      return trace.spikes[last].map { $0.map(Double.init) }
    }
    var before = [Int32](repeating: 0, count: bundle.populations[last].neuronCount)
    return trace.potentials[last].map { potentials in
      defer { before = potentials }
      return zip(potentials, before).map {
        Double($0 - $1) / Double(simulator.unitsPerInteger) * unit
      }
    }
  }
}
